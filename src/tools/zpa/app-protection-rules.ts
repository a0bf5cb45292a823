import { id } from '../define.ts';
import { needProfile, policyRules } from './policy-family.ts';

export default policyRules({
  noun: 'app_protection_rule',
  title: 'app protection rule',
  type: 'INSPECTION_POLICY',
  about: 'An app protection rule says which web traffic is inspected for attacks, and with which profile.',
  actions: ['INSPECT', 'BYPASS_INSPECT'],
  actionAbout: 'Whether what fits is inspected; INSPECT needs zpn_inspection_profile_id.',
  more: { zpn_inspection_profile_id: id('ID of the app protection profile, as get_zpa_app_protection_profile shows it.') },
  required: ['name', 'action_type'],
  finish: (body) =>
    needProfile(body, 'INSPECT', 'zpnInspectionProfileId', 'zpn_inspection_profile_id', 'Find its ID with get_zpa_app_protection_profile.'),
});
