import { readFileSync } from 'node:fs';

declare global {
  var ZSCALER_MCP_VERSION: string | undefined;
}

/** The running version: set at build time, or read from package.json when running from source. */
export const version: string =
  globalThis.ZSCALER_MCP_VERSION ??
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
