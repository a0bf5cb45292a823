/** Tenant-wide profiles: one tool gets one by ID or name, or lists all. */
import { id, optional, readPage, text, tool, type Call } from '../define.ts';
import { findNamed } from './lookup.ts';
import { paging, v2, zpaTenant } from './product.ts';

interface Profile {
  /** `posture_profile`. */
  readonly noun: string;
  readonly title: string;
  /** Path below either version of the API: lists use version 2, single records version 1. */
  readonly path: `/${string}`;
  readonly about: string;
}

const name = (title: string) => optional(text(`Whole name of the ${title}.`, { min: 1 }));

export const namedProfile = (path: `/${string}`, title: string, wanted: string, call: Call) =>
  findNamed(call, path, { what: title, name: wanted, hint: 'See what there is by calling it without a name.' });

/** The ID takes precedence over the name. */
export const profileTool = ({ noun, title, path, about }: Profile, idName: `${string}_id`) => {
  const input = { name: name(title), ...paging };
  return tool(zpaTenant, noun, {
    fullName: `get_zpa_${noun}`,
    toolset: 'zpa_misc',
    action: 'read',
    lists: true,
    about: `Get one ${title} by its ID or its name, or list all without either. ${about}`,
    input: { [idName]: optional(id(`ID of the ${title}; if it is given, nothing else counts.`)), ...input },
    run: async (call, given) => {
      const { [idName]: key, name: wanted, page, page_size: pagesize } = given as Given;
      if (typeof key === 'string') return call(`GET ${path}/${encodeURIComponent(key)}`);
      if (wanted !== undefined) return namedProfile(`${v2}${path}`, title, wanted, call);
      return readPage(zpaTenant.paging, await call(`GET ${v2}${path}`, { query: { page, pagesize } }), { page });
    },
  });
};

interface Given {
  readonly [idName: string]: unknown;
  readonly name?: string;
  readonly page?: number;
  readonly page_size?: number;
}
