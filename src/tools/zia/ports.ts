/** Ports of a network service: short rows as input, four lists on the wire. */
import { advanced } from '../define.ts';

interface Range {
  readonly start: number;
  readonly end?: number;
}

type Lists = Readonly<Record<string, readonly Range[]>>;

/** The wire names of the four lists. */
export const portLists: readonly string[] = ['srcTcpPorts', 'destTcpPorts', 'srcUdpPorts', 'destUdpPorts'];

/** `[["dest", "tcp", "8000", "8010"]]` becomes `{destTcpPorts: [{start: 8000, end: 8010}]}`. */
export const ports = {
  ...advanced(
    'Rows of [side, protocol, first port, last port]: side is src or dest, protocol tcp or udp, the last port is only for a range. In an update these are all the ports: the present ones go.',
  ),
  schema: {
    type: 'array',
    minItems: 1,
    items: { type: 'array', items: { type: 'string' }, minItems: 3, maxItems: 4 },
    examples: [[['dest', 'tcp', '443']]],
  },
  wants: 'rows such as ["dest", "tcp", "443"] or ["src", "udp", "5000", "5010"], with ports from 1 to 65535',
  read: readPorts,
};

function readPorts(given: unknown): Lists | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined;
  const lists: Record<string, Range[]> = {};
  for (const row of given) {
    const read = Array.isArray(row) && row.every(isWord) ? readRow(row.map(String)) : undefined;
    if (!read) return undefined;
    (lists[read.list] ??= []).push(read.range);
  }
  return lists;
}

const isWord = (part: unknown): boolean => typeof part === 'string' || typeof part === 'number';

function readRow([side = '', protocol = '', first, last, ...rest]: string[]): { list: string; range: Range } | undefined {
  const list = portLists.find((name) => name.toLowerCase() === `${side}${protocol}ports`.toLowerCase());
  const [start, end] = [portOf(first), last === undefined ? undefined : portOf(last)];
  const isRange = last === undefined || (end !== undefined && start !== undefined && end >= start);
  if (list === undefined || start === undefined || !isRange || rest.length > 0) return undefined;
  return { list, range: { start, ...(end !== undefined && { end }) } };
}

function portOf(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
