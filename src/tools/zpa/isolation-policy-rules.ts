import { id } from '../define.ts';
import { needProfile, policyRules } from './policy-family.ts';

/** Isolation works in browsers only; the API requires that condition in each rule. */
const IN_BROWSER = { operator: 'OR', operands: [{ objectType: 'CLIENT_TYPE', values: ['zpn_client_type_exporter'] }] };

export default policyRules({
  noun: 'isolation_policy_rule',
  title: 'isolation rule',
  type: 'ISOLATION_POLICY',
  about: 'An isolation rule says which web applications are shown in an isolated browser.',
  beware: 'The condition on the client type (browser), which the API wants, is added.',
  actions: ['ISOLATE', 'BYPASS_ISOLATE'],
  actionAbout: 'Whether what fits is isolated; ISOLATE needs zpn_isolation_profile_id.',
  more: { zpn_isolation_profile_id: id('ID of the isolation profile, as get_zpa_isolation_profile shows it.') },
  required: ['name', 'action_type'],
  finish: (body) => {
    const list: unknown = body['conditions'];
    const conditions = Array.isArray(list) ? (list as unknown[]) : [];
    needProfile(body, 'ISOLATE', 'zpnIsolationProfileId', 'zpn_isolation_profile_id', 'Find its ID with get_zpa_isolation_profile.');
    return { ...body, conditions: conditions.some(isOnClient) ? conditions : [...conditions, IN_BROWSER] };
  },
});

const isOnClient = (condition: unknown): boolean =>
  (condition as typeof IN_BROWSER).operands.some(({ objectType }) => objectType === 'CLIENT_TYPE');
