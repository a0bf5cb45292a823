import { report, unit, unitArg } from './product.ts';

export default [
  report('get_web_protocols', {
    toolset: 'zins_web_traffic',
    about: 'Measure traffic on the web by protocol: HTTPS, HTTP, FTP and so on, in requests or bytes.',
    operation: 'WebProtocols',
    domain: 'WEB_TRAFFIC',
    field: 'protocols',
    args: unitArg,
    input: unit,
    select: 'name total',
  }),
];
