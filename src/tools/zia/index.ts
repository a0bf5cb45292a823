import activation from './activation.ts';
import locationGroups from './location-groups.ts';
import locations from './locations.ts';
import ruleLabels from './rule-labels.ts';

export const zia = [...activation, ...locations, ...locationGroups, ...ruleLabels];
