import { settings, texts } from '../define.ts';
import { zia } from './product.ts';

export default settings(zia, {
  noun: 'atp_security_exceptions',
  title: 'URLs that advanced threat protection lets pass',
  toolset: 'zia_atp_policy',
  path: '/cyberThreatProtection/securityExceptions',
  about: 'Pages below these URLs are not checked for threats.',
  beware: 'The list that is given replaces the present one: read it first, and give all that is to stay.',
  fields: { bypass_urls: texts('All URLs to let pass from now on. An empty list removes every exception.') },
});
