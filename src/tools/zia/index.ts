import { policies } from './policies-index.ts';
import activation from './activation.ts';
import locationGroups from './location-groups.ts';
import locations from './locations.ts';
import ruleLabels from './rule-labels.ts';
import { tenant } from './tenant-index.ts';

export const zia = [...activation, ...locations, ...locationGroups, ...ruleLabels, ...policies, ...tenant];
