/** Tools for a tenant-wide list of URLs: show it whole, add to it, remove from it. */
import { texts, tool, type Call, type Fields } from '../define.ts';
import { readBack } from '../read-back.ts';
import { zia } from './product.ts';

interface UrlList {
  /** The noun in tool names, plural. */
  readonly noun: string;
  readonly title: string;
  readonly toolset: 'zia_atp_policy' | 'zia_authentication_settings';
  readonly path: `/${string}`;
  readonly write: 'PUT' | 'POST';
  /** The name of the URL list, both as input and on the wire. */
  readonly input: string;
  readonly wire: string;
  readonly about: string;
}

export function urlList(list: UrlList) {
  const { noun, title, toolset, path, about } = list;
  const listName = `${zia.id}_list_${noun}`;
  const urls = (what: string): Fields => ({
    [list.input]: texts(`${what} Host names or URLs without a scheme; a leading dot stands for every subdomain.`, { min: 1 }),
  });
  return [
    tool(zia, `list_${noun}`, {
      toolset,
      action: 'read',
      lists: true,
      about: `List the ${title}. ${about} Returns the whole list in one object.`,
      call: `GET ${path}` as 'GET /',
    }),
    tool(zia, `add_${noun}`, {
      toolset,
      action: 'create',
      about: `Add to the ${title}; those on the list already stay. ${about} Returns the list as it is then. ${zia.afterChange}`,
      input: urls('What to add.'),
      run: (call, input) => edit(call, list, 'ADD_TO_LIST', input),
    }),
    tool(zia, `delete_${noun}`, {
      toolset,
      action: 'delete',
      about: `Take URLs off the ${title}; the others stay. ${about} Returns the list as it is then. ${zia.afterChange}`,
      input: urls('What to take off, written as the list shows it.'),
      shownBy: listName,
      run: (call, input) => edit(call, list, 'REMOVE_FROM_LIST', input),
    }),
  ];
}

/** The answer echoes the request (recorded), not the resulting list. */
async function edit(call: Call, { path, write, input: name, wire }: UrlList, action: string, input: Readonly<Record<string, unknown>>) {
  await call(`${write} ${path}`, { query: { action }, body: { [wire]: input[name] } });
  return readBack(call, `GET ${path}`);
}
