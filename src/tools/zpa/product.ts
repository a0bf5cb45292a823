import { count, encoded, id, inBoth, optional, onWire, text, texts, type Product } from '../define.ts';

const microtenant = id('Microtenant to act in, 0 for the default one; without it, the one of the configuration, else the whole tenant.');

/** For objects of the whole tenant, independent of the microtenant. */
export const zpaTenant: Product<'zpa'> = {
  id: 'zpa',
  title: 'ZPA',
  root: '/zpa',
  base: '/zpa/mgmtconfig/v1/admin/customers/{customerId}',
  returnsNoChange: true,
  paging: { kind: 'pages', items: 'list', total: 'totalCount', pages: 'totalPages' },
};

export const zpa: Product<'zpa'> = { ...zpaTenant, shared: { microtenant_id: inBoth(optional(microtenant)) } };

/** The same input, for tools with a `run`. */
export const microtenantId = optional(microtenant);

/** The query parameter that selects the microtenant. */
export const inMicrotenant = ({ microtenant_id: microtenantId }: { readonly microtenant_id?: string | undefined }) =>
  microtenantId === undefined ? {} : { query: { microtenantId } };

/** Version 2 of the API, required by some changes. */
export const v2 = '/zpa/mgmtconfig/v2/admin/customers/{customerId}';

/** A plain name must match exactly; `field+OPERATOR+value` is passed on. */
export const searchFor = (value: string): string => (/\+[A-Z_]+\+/.test(value) ? value : `name+EQ+${value}`);

const search = encoded(optional(text('The whole name of the record, or a filter of the API such as name+LIKE+part.')), searchFor);

/** Paging inputs. */
export const paging = {
  page: optional(count('Page to return, from 1.', { min: 1 })),
  page_size: onWire('pagesize', optional(count('Rows on a page; without it the API returns 20.', { min: 1, max: 500 }))),
};

/** Inputs shared by the ZPA lists. */
export const filters = { search, ...paging };

/** IDs are sent as a list of `{id}`. */
export const refs = (wire: string, about: string) => onWire(wire, encoded(texts(about), asRefs));

export const asRefs = (ids: readonly string[]): readonly { readonly id: string }[] => ids.map((ref) => ({ id: ref }));

/** Fields of every ZPA record. */
export const described = { description: text('Admin description. An empty text removes it.') };

/** Location of a group of connectors or service edges; the rest follows from the first three. */
export const placed = {
  latitude: text('Latitude in degrees as text, such as 53.5511.', {
    pattern: /^[+-]?\d{1,2}(\.\d+)?$/,
    like: 'degrees from -90 to 90 as text',
  }),
  longitude: text('Longitude in degrees as text, such as 9.9937.', {
    pattern: /^[+-]?\d{1,3}(\.\d+)?$/,
    like: 'degrees from -180 to 180 as text',
  }),
  location: text('Name of the place, such as Hamburg, Germany.'),
  city_country: text('City and country code, such as Hamburg, DE; the API derives it from latitude and longitude.'),
  country_code: encoded(
    text('Country code of two letters (ISO 3166-1 alpha-2), such as DE.', {
      pattern: /^[A-Za-z]{2}$/,
      like: 'a country code of two letters',
    }),
    (value) => value.toUpperCase(),
  ),
};

/** When the members of a group upgrade. */
export const upgraded = {
  upgrade_day: text('Day of the week on which members update themselves, in capitals: SUNDAY.', {
    pattern: /^(MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY$/,
    like: 'a day of the week in capitals',
  }),
  upgrade_time_in_secs: text('Time of day at which members update themselves, in seconds after midnight, as text: 66600.', {
    pattern: /^\d{1,5}$/,
    like: 'seconds after midnight as text',
  }),
};
