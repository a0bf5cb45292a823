import { collection, count, optional, text, texts } from '../define.ts';
import { pages } from './pages.ts';
import { zia } from './product.ts';

const MINUTES = 24 * 60;
const DAYS = ['EVERYDAY', 'SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const days = {
  ...texts('EVERYDAY, or days of the week. In an update the list replaces the present one.'),
  schema: { type: 'array', items: { type: 'string', enum: DAYS }, minItems: 1, examples: [['MON', 'TUE']] },
  wants: `a list of ${DAYS.join(', ')}`,
  read: (given: unknown) =>
    Array.isArray(given) && given.length > 0 && given.every((day) => DAYS.includes(day as string)) ? (given as string[]) : undefined,
};

export default collection(zia, {
  noun: 'time_interval',
  toolset: 'zia_time_intervals',
  path: '/timeIntervals',
  id: 'interval_id',
  about: 'A time interval is a part of the day on some days of the week; policy rules refer to it to apply at these times only.',
  filters: { search: optional(text('Part of the name.')), ...pages },
  fields: {
    name: text('Name of the interval; no two intervals share one.', { min: 1 }),
    start_time: count('Begin, in minutes after midnight: 480 is 08:00.', { max: MINUTES - 1 }),
    end_time: count('End, in minutes after midnight: 1080 is 18:00.', { max: MINUTES }),
    days_of_week: days,
  },
  required: ['name', 'start_time', 'end_time', 'days_of_week'],
  bewareOfDeleting: 'The API refuses it while a rule refers to the interval.',
});
