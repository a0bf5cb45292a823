import accessPolicyRules from './access-policy-rules.ts';
import appConnectorGroups from './app-connector-groups.ts';
import appConnectors from './app-connectors.ts';
import appProtectionRules from './app-protection-rules.ts';
import appSegmentsByType from './app-segments-by-type.ts';
import applicationSegments from './application-segments.ts';
import applicationServers from './application-servers.ts';
import enrollmentCertificates from './enrollment-certificates.ts';
import forwardingPolicyRules from './forwarding-policy-rules.ts';
import isolationPolicyRules from './isolation-policy-rules.ts';
import provisioningKeys from './provisioning-keys.ts';
import segmentGroups from './segment-groups.ts';
import serverGroups from './server-groups.ts';
import serviceEdgeGroups from './service-edge-groups.ts';
import serviceEdges from './service-edges.ts';
import timeoutPolicyRules from './timeout-policy-rules.ts';

export const zpa = [
  ...accessPolicyRules,
  ...appConnectorGroups,
  ...appConnectors,
  ...appProtectionRules,
  ...appSegmentsByType,
  ...applicationSegments,
  ...applicationServers,
  ...enrollmentCertificates,
  ...forwardingPolicyRules,
  ...isolationPolicyRules,
  ...provisioningKeys,
  ...segmentGroups,
  ...serverGroups,
  ...serviceEdgeGroups,
  ...serviceEdges,
  ...timeoutPolicyRules,
];
