import { report } from './product.ts';

export default [
  report('get_casb_app_report', {
    toolset: 'zins_saas',
    about: 'Count what was found in SaaS applications that are looked into out of band, by application.',
    operation: 'CasbAppReport',
    domain: 'SAAS_SECURITY',
    field: 'casb_app',
    select: 'name total',
  }),
];
