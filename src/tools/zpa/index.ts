import accessPolicyRules from './access-policy-rules.ts';
import appConnectorGroups from './app-connector-groups.ts';
import appConnectors from './app-connectors.ts';
import appProtectionProfiles from './app-protection-profiles.ts';
import appProtectionRules from './app-protection-rules.ts';
import appSegmentsByType from './app-segments-by-type.ts';
import applicationSegments from './application-segments.ts';
import applicationServers from './application-servers.ts';
import baCertificates from './ba-certificates.ts';
import enrollmentCertificates from './enrollment-certificates.ts';
import forwardingPolicyRules from './forwarding-policy-rules.ts';
import isolationPolicyRules from './isolation-policy-rules.ts';
import isolationProfiles from './isolation-profiles.ts';
import lss from './lss.ts';
import postureProfiles from './posture-profiles.ts';
import praCredentials from './pra-credentials.ts';
import praPortals from './pra-portals.ts';
import provisioningKeys from './provisioning-keys.ts';
import samlAttributes from './saml-attributes.ts';
import scimAttributes from './scim-attributes.ts';
import scimGroups from './scim-groups.ts';
import segmentGroups from './segment-groups.ts';
import serverGroups from './server-groups.ts';
import serviceEdgeGroups from './service-edge-groups.ts';
import serviceEdges from './service-edges.ts';
import timeoutPolicyRules from './timeout-policy-rules.ts';
import trustedNetworks from './trusted-networks.ts';

export const zpa = [
  ...accessPolicyRules,
  ...appConnectorGroups,
  ...appConnectors,
  ...appProtectionProfiles,
  ...appProtectionRules,
  ...appSegmentsByType,
  ...applicationSegments,
  ...applicationServers,
  ...baCertificates,
  ...enrollmentCertificates,
  ...forwardingPolicyRules,
  ...isolationPolicyRules,
  ...isolationProfiles,
  ...lss,
  ...postureProfiles,
  ...praCredentials,
  ...praPortals,
  ...provisioningKeys,
  ...samlAttributes,
  ...scimAttributes,
  ...scimGroups,
  ...segmentGroups,
  ...serverGroups,
  ...serviceEdgeGroups,
  ...serviceEdges,
  ...timeoutPolicyRules,
  ...trustedNetworks,
];
