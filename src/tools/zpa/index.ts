import segmentGroups from './segment-groups.ts';

export const zpa = [...segmentGroups];
