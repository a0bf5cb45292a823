import { id, tool } from '../define.ts';
import { daysAsTimes, zcell } from './product.ts';

export default [
  tool(zcell, 'list_iccid_violations', {
    toolset: 'zcell_anomaly_policy',
    action: 'read',
    about: 'List how one SIM violated an anomaly policy: event, time, and where the device was against where it should be.',
    input: {
      policy_id: id('ID of the policy, as zcell_list_anomaly_policies shows it.'),
      iccid: id('ICCID of the SIM, as zcell_list_sims shows it.'),
      ...daysAsTimes,
    },
    call: 'GET /customers/{zcellCustomerId}/anomaly-policy/{policy_id}/violations/{iccid}',
    returns: 'page',
  }),
];
