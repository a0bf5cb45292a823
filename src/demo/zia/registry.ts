/** Objects that rules refer to and that have no policy of their own: time intervals, workload groups. */
import type { Item } from '../collection.ts';
import { ziaError } from '../answer.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { ziaFamily } from './family.ts';
import { adminOf } from './seed.ts';

const seedIntervals = (): Item[] => [
  { id: 5_150_001, name: 'Office Hours', startTime: 480, endTime: 1_080, daysOfWeek: ['MON', 'TUE', 'WED', 'THU', 'FRI'] },
  { id: 5_150_002, name: 'Night Shift', startTime: 0, endTime: 360, daysOfWeek: ['EVERYDAY'] },
  { id: 5_150_003, name: 'Weekend', startTime: 0, endTime: 1_440, daysOfWeek: ['SAT', 'SUN'] },
];

const tags = (key: string, value: string, tagType: string) => ({
  tagType,
  operator: 'AND',
  tagContainer: { tags: [{ key, value }], operator: 'AND' },
});

const seedWorkloads = (): Item[] => [
  {
    id: 2_670_001,
    name: 'Booking Platform',
    description: 'Everything that takes bookings',
    expressionJson: { expressionContainers: [tags('Application', 'booking', 'ATTR'), tags('GroupName', 'frontend', 'SUBNET')] },
    // Recorded: a binary form of the expression is included.
    expression: '\u0000\u0001\u0000\u0003\u0000\u0004',
    lastModifiedTime: 1_772_355_600,
    lastModifiedBy: adminOf('mara'),
  },
  {
    id: 2_670_002,
    name: 'Tide Tables',
    expressionJson: { expressionContainers: [tags('GroupId', 'tides-7', 'ENI')] },
    expression: '\u0000\u0001\u0000\u0004',
    lastModifiedTime: 1_772_359_200,
    lastModifiedBy: adminOf('odo'),
  },
];

export function registry(world: World, stage: () => void): Routes {
  const intervals = ziaFamily({
    path: '/timeIntervals',
    noun: 'time interval',
    items: world.collection({ seed: seedIntervals, newId: (count) => 5_150_900 + count }),
    required: ['name'],
    searched: ['name'],
    build: ({ name, startTime, endTime, daysOfWeek }) => ({ name, startTime, endTime, daysOfWeek: daysOfWeek ?? [] }),
    check: ({ startTime, endTime }) =>
      typeof startTime === 'number' && typeof endTime === 'number' && startTime < endTime
        ? undefined
        : ziaError(400, 'INVALID_INPUT_ARGUMENT', 'startTime must be before endTime'),
    stage,
  });
  const workloads = ziaFamily({
    path: '/workloadGroups',
    noun: 'workload group',
    items: world.collection({ seed: seedWorkloads, newId: (count) => 2_670_900 + count }),
    required: ['name'],
    searched: ['name'],
    build: (fields) => ({ ...fields, lastModifiedTime: world.now(), lastModifiedBy: adminOf('api') }),
    // Recorded, word for word.
    check: ({ expressionJson }) =>
      expressionJson ? undefined : ziaError(400, 'INVALID_INPUT_ARGUMENT', 'Workload group expression info is missing!'),
    stage,
  });
  return { ...intervals, ...workloads };
}
