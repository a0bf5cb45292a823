/** Z-Insights speaks GraphQL: one endpoint, a domain for each kind of traffic, a field for each report. */
import { ZscalerMcpError } from '../../common/errors.ts';
import { anyCase, count, initially, oneOf, optional, query, unsent, type Fields, type Paging, type Product } from '../define.ts';
import type { ToolsetOf } from '../toolsets.ts';

export const zins: Product<'zins'> = {
  id: 'zins',
  title: 'Z-Insights',
  root: '/zins',
  base: '/zins',
  paging: { kind: 'whole', items: 'entries' },
  writtenBy: 'whoever named the applications, hosts and threats that were seen in traffic',
};

interface Report {
  readonly toolset: ToolsetOf<'zins'>;
  readonly about: string;
  readonly operation: string;
  /** `WEB_TRAFFIC` */
  readonly domain: string;
  readonly field: string;
  /** Arguments of the field other than the time: wire name to name and type of the variable. */
  readonly args?: Readonly<Record<string, readonly [variable: string, type: string]>>;
  readonly input?: Fields;
  /** The fields selected of each entry. */
  readonly select: string;
  /** Whether the report has a field that says if names are obfuscated. */
  readonly isPlain?: boolean;
  /** Whether the default span is 14 days instead of 7. */
  readonly isLong?: boolean;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** A report over a span of time, as a list of entries. */
export function report(name: string, { operation, domain, field, args = {}, select, isPlain, isLong = false, ...rest }: Report) {
  const passed = Object.entries(args).map(([arg, [variable]]) => `, ${arg}: $${variable}`);
  const declared = Object.values(args).map(([variable, type]) => `, $${variable}: ${type}`);
  const entries = `entries(limit: $limit) { ${select} }`;
  return query(zins, name, {
    toolset: rest.toolset,
    about: rest.about,
    input: { ...rest.input, ...limit, ...span(isLong) },
    document: `query ${operation}($startTime: Long!, $endTime: Long!, $limit: Int${declared.join('')}) { ${domain} { ${field}(start_time: $startTime, end_time: $endTime${passed.join('')}) { ${isPlain ? '' : 'obfuscated '}${entries} } } }`,
    answer: `${domain}.${field}`,
    returns: zins.paging satisfies Paging,
    variables: (input) => ({ ...rest.variables, ...windowOf(input) }),
    tell,
  });
}

export const limit = { limit: initially(count('Entries to return, the largest first.', { min: 1, max: 1000 }), 50) };

/** Inputs for the time span. They are not sent themselves; start and end are computed from them. */
export const span = (isLong: boolean): Fields => ({
  start_days_ago: unsent(initially(count('Days ago at which the span begins.', { min: 1 }), isLong ? 16 : 9)),
  end_days_ago: unsent(initially(count('Days ago at which the span ends; the data of the last days is not complete.', { min: 1 }), 2)),
  start_time: unsent(optional(count('Exact beginning, in milliseconds since 1970, instead of start_days_ago. Needs end_time.'))),
  end_time: unsent(optional(count('Exact end, in milliseconds since 1970, instead of end_days_ago. Needs start_time.'))),
});

/** Unit for web traffic. */
export const unit = {
  traffic_unit: initially(anyCase(oneOf(['TRANSACTIONS', 'BYTES'], 'What to count: requests or bytes.')), 'TRANSACTIONS' as const),
};
export const unitArg = { traffic_unit: ['trafficUnit', 'WebTrafficUnits!'] } as const;

const DAY_MS = 86_400_000;

/**
 * The API supports spans of 7 and 14 days, so a span in days is changed to the nearer of the two, keeping its end. An exact span is sent unchanged.
 * @throws ZscalerMcpError ERR_TOOL_INPUT
 */
export function windowOf(input: Readonly<Record<string, unknown>>): { startTime: number; endTime: number } {
  const { start_days_ago: from, end_days_ago: to, start_time: start, end_time: end } = input as Record<string, number | undefined>;
  const now = Date.now();
  if ((start === undefined) !== (end === undefined))
    throw badSpan('only one of start_time and end_time was given', 'Give both, or neither.');
  if (start === undefined || end === undefined) {
    const [first = 9, last = 2] = [from, to];
    if (first <= last)
      throw badSpan(`the span would begin ${first} and end ${last} days ago`, 'Let start_days_ago be more than end_days_ago.');
    const endTime = now - last * DAY_MS;
    return { startTime: endTime - (first - last < 10.5 ? 7 : 14) * DAY_MS, endTime };
  }
  if (start >= end) throw badSpan('start_time is not before end_time', 'Give an earlier start_time, in milliseconds since 1970.');
  if (end > now - DAY_MS) throw badSpan('end_time is less than a day ago', 'The API has data up to a day ago: give an earlier end_time.');
  return { startTime: start, endTime: end };
}

const badSpan = (what: string, hint: string): ZscalerMcpError => new ZscalerMcpError('ERR_TOOL_INPUT', what, { hint });

/** The span actually queried, which may differ from the one the caller gave. */
export const tell = ({ startTime, endTime }: Readonly<Record<string, unknown>>) => ({
  span: { from: isoOf(startTime), to: isoOf(endTime) },
});

const isoOf = (time: unknown): string => new Date(Number(time)).toISOString();
