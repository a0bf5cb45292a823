/** All collections of the ZPA tenant, in one place because they refer to each other. */
import type { Collection, Item } from '../collection.ts';
import type { World } from '../world.ts';
import { mapPolicies, seedPolicyRules, type PolicyType } from './seed-policies.ts';
import { seedSegmentGroups, seedSegments } from './seed.ts';
import { seedBaCertificates, seedCredentials, seedPortals } from './seed-privileged.ts';
import {
  seedIdps,
  seedSamlAttributes,
  seedScimAttributes,
  seedPostures,
  seedInspectionProfiles,
  seedTrustedNetworks,
} from './seed-identity.ts';
import { seedLssConfigs } from './seed-lss.ts';
import { seedEnrollmentCertificates, seedServiceEdgeGroups, seedServiceEdges, seedProvisioningKeys } from './seed-enrolment.ts';
import { seedConnectorGroups, seedConnectors, seedServerGroups, seedServers } from './seed-connectors.ts';

export interface Stores {
  readonly baCertificates: Collection;
  readonly credentials: Collection;
  readonly portals: Collection;
  readonly idps: Collection;
  readonly samlAttributes: Collection;
  readonly scimAttributes: Collection;
  readonly postures: Collection;
  readonly inspectionProfiles: Collection;
  readonly lssConfigs: Collection;
  readonly connectorGroups: Collection;
  readonly connectors: Collection;
  readonly enrollmentCertificates: Collection;
  readonly segmentGroups: Collection;
  readonly segments: Collection;
  /** Keyed by policy type. */
  readonly policyRules: Readonly<Record<PolicyType, Collection>>;
  readonly provisioningKeys: Collection;
  readonly serverGroups: Collection;
  readonly servers: Collection;
  readonly serviceEdgeGroups: Collection;
  readonly serviceEdges: Collection;
  readonly trustedNetworks: Collection;
}

export function openStores(world: World): Stores {
  /** New IDs of each kind start at a different number, so that an ID of another kind is not found. */
  const open = (seed: () => readonly Item[], from: bigint, unique?: readonly string[]): Collection =>
    world.collection({ seed, newId: (count) => String(from + BigInt(count)), ...(unique && { unique }) });
  return {
    segmentGroups: open(seedSegmentGroups, 144_115_188_076_100_000n),
    connectorGroups: open(seedConnectorGroups, 144_115_188_076_110_000n),
    connectors: open(seedConnectors, 144_115_188_076_120_000n),
    serverGroups: open(seedServerGroups, 144_115_188_076_130_000n),
    servers: open(seedServers, 144_115_188_076_140_000n),
    enrollmentCertificates: open(seedEnrollmentCertificates, 7_000n),
    serviceEdgeGroups: open(seedServiceEdgeGroups, 144_115_188_076_160_000n),
    serviceEdges: open(seedServiceEdges, 144_115_188_076_170_000n),
    policyRules: mapPolicies(({ type, number }) => open(() => seedPolicyRules(type), 144_115_188_076_200_000n + BigInt(number) * 1_000n)),
    trustedNetworks: open(seedTrustedNetworks, 144_115_188_076_180_000n),
    provisioningKeys: open(seedProvisioningKeys, 58_000n),
    baCertificates: open(seedBaCertificates, 144_115_188_076_300_000n),
    credentials: open(seedCredentials, 144_115_188_076_310_000n),
    portals: open(seedPortals, 144_115_188_076_320_000n),
    idps: open(seedIdps, 144_115_188_076_330_000n),
    samlAttributes: open(seedSamlAttributes, 144_115_188_076_340_000n),
    scimAttributes: open(seedScimAttributes, 144_115_188_076_350_000n),
    postures: open(seedPostures, 144_115_188_076_360_000n),
    inspectionProfiles: open(seedInspectionProfiles, 144_115_188_076_370_000n),
    lssConfigs: open(seedLssConfigs, 144_115_188_076_380_000n),
    segments: open(seedSegments, 144_115_188_076_150_000n),
  };
}
