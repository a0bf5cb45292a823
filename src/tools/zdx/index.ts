import alerts from './alerts.ts';
import analysis from './analysis.ts';
import applications from './applications.ts';
import deeptraces from './deeptraces.ts';
import departments from './departments.ts';
import deviceDeepTraces from './device-deep-traces.ts';
import devices from './devices.ts';
import locations from './locations.ts';
import probes from './probes.ts';
import software from './software.ts';

export const zdx = [
  ...alerts,
  ...analysis,
  ...applications,
  ...departments,
  ...devices,
  ...deviceDeepTraces,
  ...deeptraces,
  ...locations,
  ...probes,
  ...software,
];
