/**
 * IDs of sessions that hold what the handshake settled, encrypted and authenticated: a server that has the key can continue a
 * session that it does not know. Of bounded size, whatever a client says of itself.
 */
import { createHash } from 'node:crypto';

/** Opens only what was sealed by one of its keys for the same purpose. */
export interface Ring {
  seal(purpose: string, content: string): string;
  open(purpose: string, sealed: string): string | null;
}

/** What an ID says of its session. */
export interface SessionFacts {
  /** The parameters of `initialize`, shortened. */
  readonly initialize: unknown;
  /** The authenticated caller that opened it; the ID holds a digest. */
  readonly principal: string | null;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

/** Longest ID that is read, in characters: more than any that is given out. */
export const LONGEST_ID = 768;

const PURPOSE = 'session';

/** The capabilities that an ID can hold, one bit each, in this order: IDs that are given out depend on it. */
const CAPABILITIES = [
  'elicitation',
  'elicitation.form',
  'elicitation.url',
  'roots',
  'roots.listChanged',
  'sampling',
  'sampling.context',
  'sampling.tools',
  'tasks',
] as const;

/** Bytes that each text may take as JSON. */
const BYTES = { revision: 32, name: 64, version: 32 };

type Content = readonly [openedAt: number, principal: string, revision: string, capabilities: number, name: string, version: string];

type Parameters = {
  readonly protocolVersion?: unknown;
  readonly capabilities?: Readonly<Record<string, unknown>>;
  readonly clientInfo?: Readonly<Record<string, unknown>>;
} | null;

export function sealId(ring: Ring, { initialize, principal, openedAt }: SessionFacts): string {
  const { protocolVersion, capabilities = {}, clientInfo = {} } = (initialize as Parameters) ?? {};
  const content: Content = [
    openedAt,
    digestOf(principal),
    shorten(protocolVersion, BYTES.revision),
    CAPABILITIES.reduce((bits, name, at) => (has(capabilities, name) ? bits + 2 ** at : bits), 0),
    shorten(clientInfo['name'], BYTES.name),
    shorten(clientInfo['version'], BYTES.version),
  ];
  return ring.seal(PURPOSE, JSON.stringify(content));
}

/** The session of an ID; null when no key of the ring sealed it, or for another principal. */
export function openId(ring: Ring, id: string, principal: string | null): SessionFacts | null {
  const opened = id.length <= LONGEST_ID ? ring.open(PURPOSE, id) : null;
  if (opened === null) return null;
  const [openedAt, owner, protocolVersion, bits, name, version] = JSON.parse(opened) as Content;
  if (owner !== digestOf(principal)) return null;
  return { initialize: { protocolVersion, capabilities: capabilitiesOf(bits), clientInfo: { name, version } }, principal, openedAt };
}

const has = (capabilities: Readonly<Record<string, unknown>>, name: string): boolean => {
  const [capability = '', member] = name.split('.');
  const value = capabilities[capability];
  const found = member === undefined ? value : (value as Readonly<Record<string, unknown>> | undefined | null)?.[member];
  return found !== undefined && found !== null && found !== false;
};

function capabilitiesOf(bits: number): Readonly<Record<string, object>> {
  const capabilities: Record<string, Record<string, unknown>> = {};
  for (const [at, name] of CAPABILITIES.entries()) {
    if (Math.floor(bits / 2 ** at) % 2 === 0) continue;
    const [capability = '', member] = name.split('.');
    const members = (capabilities[capability] ??= {});
    if (member !== undefined) members[member] = member === 'listChanged' ? true : {};
  }
  return capabilities;
}

/** Different for "not authenticated" than for any principal. */
const digestOf = (principal: string | null): string =>
  createHash('sha256').update(JSON.stringify(principal)).digest('base64url').slice(0, 22);

function shorten(value: unknown, bytes: number): string {
  let text = typeof value === 'string' ? value.slice(0, bytes).toWellFormed() : '';
  while (Buffer.byteLength(JSON.stringify(text)) > bytes + 2) text = text.slice(0, -1).toWellFormed();
  return text;
}
