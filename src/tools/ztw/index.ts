import admins from './admins.ts';
import discoverySettings from './discovery-settings.ts';
import ipDestinationGroups from './ip-destination-groups.ts';
import ipGroups from './ip-groups.ts';
import ipSourceGroups from './ip-source-groups.ts';
import networkServices from './network-services.ts';
import publicAccountDetails from './public-account-details.ts';
import publicCloudInfo from './public-cloud-info.ts';
import roles from './roles.ts';

export const ztw = [
  ...admins,
  ...discoverySettings,
  ...ipDestinationGroups,
  ...ipGroups,
  ...ipSourceGroups,
  ...networkServices,
  ...publicAccountDetails,
  ...publicCloudInfo,
  ...roles,
];
