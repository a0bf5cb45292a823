import appConnectorGroups from './app-connector-groups.ts';
import appConnectors from './app-connectors.ts';
import applicationServers from './application-servers.ts';
import segmentGroups from './segment-groups.ts';
import serverGroups from './server-groups.ts';

export const zpa = [...appConnectorGroups, ...appConnectors, ...applicationServers, ...segmentGroups, ...serverGroups];
