import { addressGroups } from './address-groups.ts';

export default addressGroups(
  'ip_group',
  'IP group',
  '/ipGroups',
  'An IP group bundles addresses, so that forwarding rules of Cloud & Branch Connectors can refer to all of them at once.',
);
