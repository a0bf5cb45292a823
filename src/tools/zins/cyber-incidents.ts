import { encoded, initially, texts } from '../define.ts';
import { report } from './product.ts';

const toolset = 'zins_cyber_security';
const nested = 'name total entries(limit: $limit) { name total }';
const groups = { categorize_by: ['categorizeBy', '[IncidentsGroupBy!]!'] } as const;
const incidents = {
  toolset,
  operation: 'CyberSecurityIncidents',
  domain: 'CYBER_SECURITY',
  field: 'incidents',
  args: groups,
  select: nested,
  isLong: true,
} as const;
const upper = (words: readonly string[]): string[] => words.map((word) => word.toUpperCase());

export default [
  report('get_cyber_incidents', {
    ...incidents,
    about:
      'Count security incidents by up to two properties at once, each entry with its parts. Use it first, then ask by location, day or application.',
    input: {
      categorize_by: encoded(
        initially(texts('What to count by: THREAT_CATEGORY_ID, APP_ID, TIME, USER_ID, SRC_COUNTRY.'), ['THREAT_CATEGORY_ID']),
        upper,
      ),
    },
  }),
  report('get_cyber_incidents_daily', {
    ...incidents,
    about: 'Count security incidents day by day. Use it to see whether there are more of them than before.',
    variables: { categorizeBy: ['TIME'] },
  }),
  report('get_cyber_incidents_by_threat_and_app', {
    ...incidents,
    about: 'Count security incidents by kind of threat, and within each by application.',
    variables: { categorizeBy: ['THREAT_CATEGORY_ID', 'APP_ID'] },
  }),
];
