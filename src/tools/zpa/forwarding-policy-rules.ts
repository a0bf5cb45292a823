import { policyRules } from './policy-family.ts';

export default policyRules({
  noun: 'forwarding_policy_rule',
  title: 'client forwarding rule',
  type: 'CLIENT_FORWARDING_POLICY',
  about: 'A client forwarding rule says which traffic the client sends to ZPA.',
  actions: ['BYPASS', 'INTERCEPT', 'INTERCEPT_ACCESSIBLE'],
  actionAbout: 'What the client does with traffic that fits: pass it by ZPA, send it to ZPA, or send it if the application is allowed.',
  required: ['name', 'action_type'],
});
