import anomaly from './anomaly.ts';
import audit from './audit.ts';
import customerData from './customer-data.ts';
import iccidViolations from './iccid-violations.ts';
import networkEvents from './network-events.ts';
import regions from './regions.ts';
import simAnalytics from './sim-analytics.ts';
import simLocationGroups from './sim-location-groups.ts';
import simUsage from './sim-usage.ts';
import sims from './sims.ts';
import tags from './tags.ts';

export const zcell = [
  ...anomaly,
  ...iccidViolations,
  ...audit,
  ...customerData,
  ...networkEvents,
  ...regions,
  ...sims,
  ...simAnalytics,
  ...simUsage,
  ...simLocationGroups,
  ...tags,
];
