/** What a request shows to be let in. Node.js gives header values one character a byte. */
import type { IncomingHttpHeaders } from 'node:http';

/** RFC 6750, section 2.1. Null when there is none. */
export const bearerOf = ({ authorization }: IncomingHttpHeaders): string | null =>
  /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null;
