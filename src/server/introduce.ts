/** How the server introduces itself to clients. */
import type { ServerInfo } from '../mcp/index.ts';

const WEBSITE = 'https://github.com/zscaler-mcp/zscaler-mcp';

/** A shield. Within the text, since a client may be kept from loading anything else; short, since revision 2026-07-28 repeats it. */
const SHIELD =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#0b6bcb" d="M12 2 4 5v6c0 5 3 9 8 11 5-2 8-6 8-11V5z"/></svg>';

/** Name, version, web site and icon, in the fields of the protocol. */
export const introduce = (version: string): ServerInfo => ({
  name: 'zscaler-mcp',
  title: 'Zscaler MCP',
  version,
  description: 'Tools for the Zscaler cloud.',
  websiteUrl: WEBSITE,
  icons: [{ src: `data:image/svg+xml;base64,${Buffer.from(SHIELD).toString('base64')}`, mimeType: 'image/svg+xml', sizes: ['any'] }],
});
