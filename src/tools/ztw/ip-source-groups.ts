import { addressGroups } from './address-groups.ts';

export default addressGroups(
  'ip_source_group',
  'IP source group',
  '/ipSourceGroups',
  'An IP source group bundles addresses that traffic comes from, for the rules of Cloud & Branch Connectors.',
);
