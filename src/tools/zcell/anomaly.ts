import { id, optional, text, tool } from '../define.ts';
import { daysAsTimes, paging, zcell } from './product.ts';

const policy = { policy_id: id('ID of the policy, as zcell_list_anomaly_policies shows it.') };

export default [
  tool(zcell, 'list_anomaly_policies', {
    toolset: 'zcell_anomaly_policy',
    action: 'read',
    about: 'List the anomaly policies: what each watches SIMs for, whether it is enabled and running, and how often it was violated.',
    input: { policy_type: optional(text('Only policies of this type, in the words of the API.')), ...daysAsTimes, ...paging },
    call: 'GET /customers/{zcellCustomerId}/anomaly-policy',
    returns: 'page',
  }),
  tool(zcell, 'list_anomaly_policy_logs', {
    toolset: 'zcell_anomaly_policy',
    action: 'read',
    about: 'List what an anomaly policy did: runs, states and messages, each with its time.',
    input: { ...policy, ...paging },
    call: 'GET /customers/{zcellCustomerId}/anomaly-policy/{policy_id}/logs',
    returns: 'page',
  }),
  tool(zcell, 'list_anomaly_policy_violations', {
    toolset: 'zcell_anomaly_policy',
    action: 'read',
    about: 'List the violations of an anomaly policy, SIM by SIM. Details of one SIM come from zcell_list_iccid_violations.',
    input: { ...policy, ...daysAsTimes, ...paging },
    call: 'GET /customers/{zcellCustomerId}/anomaly-policy/{policy_id}/violations',
    returns: 'page',
  }),
];
