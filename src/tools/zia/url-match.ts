/** Finds the entries of a category that cover a URL. The API has no such query, so the lists it returns are searched. */
import { withoutEndSlashes } from '../../common/slashes.ts';
import type { Category } from './url-category.ts';

const LISTS = ['urls', 'dbCategorizedUrls'] as const;

/** The category with `_url_match` added, or an empty list if nothing matches. */
export function matchUrl(category: Category, url: string): readonly Category[] {
  const matched = LISTS.flatMap((field) => {
    const entries: unknown = category[field];
    return (Array.isArray(entries) ? entries : [])
      .filter((entry) => typeof entry === 'string' && covers(entry, url))
      .map((entry: string) => ({ field, entry }));
  });
  return matched.length === 0 ? [] : [{ ...category, _url_match: { url, matched } }];
}

/** An entry covers its host and, to be on the safe side, all subdomains, with or without a leading dot; with a path, only that path and those below it. */
export function covers(entry: string, url: string): boolean {
  const [wanted, given] = [split(entry), split(url)];
  const host = wanted.host.replace(/^\./, '');
  const isHost = host !== '' && (given.host === host || given.host.endsWith(`.${host}`));
  return isHost && (wanted.path === '' || given.path === wanted.path || given.path.startsWith(`${wanted.path}/`));
}

function split(url: string): { host: string; path: string } {
  const [, host = '', path = ''] = /^(?:[a-z][a-z\d+.-]*:\/\/)?([^/?#]*)([^?#]*)/i.exec(url.trim()) ?? [];
  return { host: host.toLowerCase().replace(/:\d+$/, ''), path: withoutEndSlashes(path) };
}
