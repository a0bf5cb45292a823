/** What is kept of a client's handshake: as much as the server uses, of bounded size. */

/** What a client said when it opened a session or a pipe; repeating it opens the same again in another process. */
export interface Handshake {
  /** The parameters of `initialize`, as `outline` leaves them. */
  readonly initialize: unknown;
  /** Whether `notifications/initialized` followed. */
  initialized: boolean;
  /** Of the last `logging/setLevel`; null without one. */
  logLevel: string | null;
}

/** Longest texts that are kept, in characters: a revision, a name, a version. */
const LONGEST = 128;

/** What this server, or the SDK for it, asks of a client's capabilities; the members of each are switches. */
const CAPABILITIES = ['elicitation', 'roots', 'sampling', 'tasks'] as const;
const SWITCHES = { most: 8, longest: 32 };

/**
 * The parameters of `initialize` without what nobody uses, and with long texts cut. What has another form than it should is left
 * to be refused.
 */
export function outline(params: unknown): unknown {
  if (!isObject(params)) return params;
  const { protocolVersion, capabilities, clientInfo } = params;
  return {
    protocolVersion: cut(protocolVersion),
    capabilities: isObject(capabilities) ? outlineCapabilities(capabilities) : form(capabilities),
    clientInfo: isObject(clientInfo) ? { name: cut(clientInfo['name']), version: cut(clientInfo['version']) } : form(clientInfo),
  };
}

function outlineCapabilities(capabilities: Readonly<Record<string, unknown>>): object {
  const kept = CAPABILITIES.filter((name) => capabilities[name] !== undefined).map((name) => {
    const value = capabilities[name];
    if (!isObject(value)) return [name, form(value)] as const;
    const switches = Object.entries(value)
      .filter(([key]) => key.length <= SWITCHES.longest)
      .slice(0, SWITCHES.most)
      .map(([key, item]) => [key, form(item)] as const);
    return [name, Object.fromEntries(switches)] as const;
  });
  return Object.fromEntries(kept);
}

/** The value without its content, if it has any. */
function form(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return isObject(value) ? {} : cut(value);
}

const cut = (value: unknown): unknown => {
  // A copy: V8 keeps the whole of a text as long as a slice of it is in use.
  if (typeof value === 'string') return Buffer.from(value.slice(0, LONGEST)).toString();
  return typeof value === 'object' && value !== null ? {} : value;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LEVELS: ReadonlySet<unknown> = new Set(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']);

/** The level that a `logging/setLevel` asks for; null if there is none of that name. */
export const levelIn = (params: unknown): string | null => {
  const level = isObject(params) ? params['level'] : undefined;
  return LEVELS.has(level) ? (level as string) : null;
};
