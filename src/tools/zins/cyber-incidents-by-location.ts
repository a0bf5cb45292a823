import { anyCase, initially, oneOf } from '../define.ts';
import { report } from './product.ts';

export default [
  report('get_cyber_incidents_by_location', {
    toolset: 'zins_cyber_security',
    about: 'Count security incidents by the location in which they happened, with the IDs of the locations.',
    operation: 'CyberSecurityByLocation',
    domain: 'CYBER_SECURITY',
    field: 'cyber_security_location',
    args: { categorize_by: ['categorizeBy', 'IncidentsWithIdGroupBy!'] },
    input: {
      categorize_by: initially(anyCase(oneOf(['LOCATION_ID'], 'What to count by; the API knows locations only.')), 'LOCATION_ID' as const),
    },
    select: 'id name total',
    isLong: true,
  }),
];
