import { report, unit, unitArg } from './product.ts';

const web = { toolset: 'zins_web_traffic', domain: 'WEB_TRAFFIC', args: unitArg, input: unit, select: 'name total' } as const;

export default [
  report('get_threat_super_categories', {
    ...web,
    about: 'Measure threats in traffic on the web by super category: malware, phishing, spyware and so on.',
    operation: 'WebThreatSuperCategories',
    field: 'threat_super_categories',
  }),
  report('get_threat_class', {
    ...web,
    about: 'Measure threats in traffic on the web by class: viruses and spyware, advanced threats, behavioral analysis.',
    operation: 'WebThreatClass',
    field: 'threat_class',
  }),
];
