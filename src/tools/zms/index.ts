import agentGroups from './agent-groups.ts';
import agents from './agents.ts';
import appCatalog from './app-catalog.ts';
import appZones from './app-zones.ts';
import metadata from './metadata.ts';
import nonces from './nonces.ts';
import policyRules from './policy-rules.ts';
import resourceGroups from './resource-groups.ts';
import resources from './resources.ts';
import tags from './tags.ts';

export const zms = [
  ...agentGroups,
  ...agents,
  ...appCatalog,
  ...appZones,
  ...metadata,
  ...nonces,
  ...policyRules,
  ...resourceGroups,
  ...resources,
  ...tags,
];
