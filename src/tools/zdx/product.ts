import { count, onWire, optional, spread, text, texts, type Fields, type Product } from '../define.ts';

export const zdx: Product<'zdx'> = {
  id: 'zdx',
  title: 'Digital Experience',
  root: '/zdx',
  base: '/zdx/v1',
  paging: { kind: 'cursor', items: ['devices', 'users', 'alerts', 'software', 'items'], next: 'next_offset' },
};

/** Query names are sent with underscores, unchanged; see docs/decisions/zdx-query-names.md. */
export const asWritten = <F extends Fields>(fields: F): F =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, onWire(name, field)])) as F;

/** Start and end of the last `hours` hours, in seconds since 1970. */
function window(hours: number): { from: number; to: number } {
  const now = Math.floor(Date.now() / 1_000);
  return { from: now - hours * 3_600, to: now };
}

export const since = { since: spread(optional(count('Hours to look back; without it the API covers the last 2.', { min: 1 })), window) };

/** Alerts are kept for 14 days. */
export const sinceAlert = {
  since: spread(optional(count('Hours to look back, at most 336; without it the API covers the last 2.', { min: 1, max: 336 })), window),
};

/** Paging input of the lists that return `next_offset`. */
export const nextPage = { offset: optional(text('What the answer before gave as the next offset; nothing for the first page.')) };

/** Inputs that filter a report by location, department or region. */
export const places = {
  location_id: onWire('loc', optional(texts('IDs of locations, as zdx_list_locations shows them.'))),
  department_id: onWire('dept', optional(texts('IDs of departments, as zdx_list_departments shows them.'))),
  geo_id: onWire('geo', optional(texts('IDs of geographical places, as reports show them in most_impacted_region or geolocations.'))),
};
