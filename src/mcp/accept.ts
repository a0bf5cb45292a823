/** Which media types a client takes. Source: RFC 9110, section 12.5.1. */

/**
 * Whether a client takes `type`, such as `text/event-stream`. Without the header, or with an empty one, it takes anything.
 * @param header the value of `Accept`
 */
export function accepts(header: string | null, type: string): boolean {
  const ranges = weighted(header ?? '');
  if (ranges.length === 0) return true;
  const [kind = ''] = type.split('/');
  // The most specific range decides.
  const decisive = [type, `${kind}/*`, '*/*'].map((name) => ranges.find(({ range }) => range === name)).find((each) => each !== undefined);
  return decisive !== undefined && decisive.weight > 0;
}

/** The items of a header such as `gzip;q=0.5, br`, each with its weight. */
export const weighted = (header: string): readonly { readonly range: string; readonly weight: number }[] =>
  header
    .split(',')
    .map(readRange)
    .filter(({ range }) => range !== '');

function readRange(text: string): { readonly range: string; readonly weight: number } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((part) => part.startsWith('q='))?.slice(2);
  return { range, weight: weight === undefined ? 1 : Number(weight) };
}
