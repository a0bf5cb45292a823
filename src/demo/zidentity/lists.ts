import { ok, type Answer } from '../answer.ts';
import { includesText, wholeNumber, type Item } from '../collection.ts';

const LIMIT = 100;

/**
 * `{pageOffset, pageSize, totalRecord, records}`, plus `next_link` and `results_total` when there are more pages. Recorded: the
 * links point to the sign-in host instead of the gateway and lack the gateway's `/ziam`, so clients must not follow them unchanged.
 */
export function page(items: readonly Item[], path: string, query: URLSearchParams, vanityDomain: string): Answer {
  const offset = wholeNumber(query.get('offset')) ?? 0;
  const limit = Math.min(wholeNumber(query.get('limit')) || LIMIT, LIMIT);
  const link = (to: number): string => {
    const rest = new URLSearchParams(query);
    rest.set('offset', String(to));
    return `https://${vanityDomain}.example${path}?${rest.toString()}`;
  };
  const hasNext = offset + limit < items.length;
  return ok({
    pageOffset: offset,
    pageSize: limit,
    totalRecord: items.length,
    records: items.slice(offset, offset + limit),
    ...(hasNext ? { next_link: link(offset + limit) } : {}),
    ...(offset > 0 ? { prev_link: link(Math.max(0, offset - limit)) } : {}),
    ...(hasNext || offset > 0 ? { results_total: items.length } : {}),
  });
}

export function filterUsers(users: readonly Item[], query: URLSearchParams): Item[] {
  const domain = query.get('domainName');
  const idp = query.get('idpName');
  return users
    .filter((user) => isLike(user, query, ['loginName', 'displayName', 'primaryEmail']))
    .filter((user) => domain === null || String(user['loginName']).toLowerCase().endsWith(`@${domain.toLowerCase()}`))
    .filter((user) => idp === null || (user['idp'] as { name?: string }).name === idp);
}

export function filterGroups(groups: readonly Item[], query: URLSearchParams): Item[] {
  // One client sends `True`, and the cloud accepts it (recorded).
  const onlyFixed = query.get('excludeDynamicGroups')?.toLowerCase() === 'true';
  return groups.filter((group) => isLike(group, query, ['name'])).filter((group) => !onlyFixed || group['isDynamicGroup'] !== true);
}

/** `name[like]=text`: the field contains the text, case-insensitively. */
const isLike = (item: Item, query: URLSearchParams, fields: readonly string[]): boolean =>
  fields.every((field) => includesText(item[field], query.get(`${field}[like]`) ?? ''));
