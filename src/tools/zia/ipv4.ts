import { text } from '../define.ts';

const BYTE = String.raw`(25[0-5]|2[0-4]\d|1?\d?\d)`;

/** Matches a valid dotted IPv4 address. */
export const ipv4 = (about: string) => text(about, { pattern: new RegExp(`^(${BYTE}\\.){3}${BYTE}$`), like: 'an IPv4 address' });
