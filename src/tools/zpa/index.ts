import appConnectorGroups from './app-connector-groups.ts';
import appConnectors from './app-connectors.ts';
import appSegmentsByType from './app-segments-by-type.ts';
import applicationSegments from './application-segments.ts';
import applicationServers from './application-servers.ts';
import enrollmentCertificates from './enrollment-certificates.ts';
import provisioningKeys from './provisioning-keys.ts';
import segmentGroups from './segment-groups.ts';
import serverGroups from './server-groups.ts';
import serviceEdgeGroups from './service-edge-groups.ts';
import serviceEdges from './service-edges.ts';

export const zpa = [
  ...appConnectorGroups,
  ...appConnectors,
  ...appSegmentsByType,
  ...applicationSegments,
  ...applicationServers,
  ...enrollmentCertificates,
  ...provisioningKeys,
  ...segmentGroups,
  ...serverGroups,
  ...serviceEdgeGroups,
  ...serviceEdges,
];
