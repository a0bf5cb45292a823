import { text } from '../define.ts';
import { policyRules } from './policy-family.ts';

const seconds = { pattern: /^(-1|\d{1,9})$/, like: 'seconds as text, or -1' };

export default policyRules({
  noun: 'timeout_policy_rule',
  title: 'timeout rule',
  type: 'TIMEOUT_POLICY',
  about: 'A timeout rule says after how much time users have to sign in again.',
  actions: ['RE_AUTH'],
  actionAbout: 'What these rules do; there is one action only.',
  more: {
    custom_msg: text('What users are told when they have to sign in again. An empty text removes it.'),
    reauth_timeout: text('Time after which users sign in again, in seconds as text; -1 for never.', seconds),
    reauth_idle_timeout: text('Time without traffic after which users sign in again, in seconds as text; -1 for never.', seconds),
  },
  required: ['name'],
  initially: { action_type: 'RE_AUTH', reauth_timeout: '172800', reauth_idle_timeout: '600' },
});
