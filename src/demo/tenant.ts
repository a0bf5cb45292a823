/**
 * The demo tenant: a fictional company behind an HTTP server on loopback that behaves like the cloud's API. It serves the
 * newcomer's first minute and the tests. State lives in memory, and goes along with a restart. Every response has `X-Demo-Tenant: true`.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../common/log.ts';
import { version } from '../common/version.ts';
import { openCollection, type Collection } from './collection.ts';
import { openControls, TOKEN_PATH, type ControlDesk, type Controls } from './controls.ts';
import { openLimiter } from './limits.ts';
import { openRouter } from './router.ts';
import { respond } from './respond.ts';
import { openTokenService } from './token.ts';
import type { KeptState, World } from './world.ts';
import { openZcc } from './zcc/zcc.ts';
import { openZcell } from './zcell/zcell.ts';
import { openZdx } from './zdx/zdx.ts';
import { openZeasm } from './zeasm/zeasm.ts';
import { openZia } from './zia/zia.ts';
import { openZidentity } from './zidentity/zidentity.ts';
import { openZins } from './zins/zins.ts';
import { openZms } from './zms/zms.ts';
import { openZpa } from './zpa/zpa.ts';
import { openZtw } from './ztw/ztw.ts';

/** How the demo tenant is started; everything but the log is for tests. */
export interface DemoOptions {
  readonly log: Log;
  readonly host?: '127.0.0.1';
  /** Delay of every answer, in milliseconds. */
  readonly latencyMs?: number;
  /** Lifetime of tokens in seconds; 86,399 by default, as in the cloud. */
  readonly tokenLifetimeSeconds?: number;
  /** PEM of an RSA public key; enables authentication by `client_assertion`. */
  readonly clientPublicKey?: string;
  /** Answers 429 beyond this many requests per minute. Without it nothing is refused. */
  readonly requestsPerMinute?: number;
  /** Product codes in the token's `service-info` claim. */
  readonly products?: readonly string[];
  /** Serves the test controls as `/__demo/...`, for tests that run the server in another process. */
  readonly controls?: boolean;
  /** What `save` gave in the former generation; left alone when another version of the program wrote it. */
  readonly saved?: SavedTenant | null;
  /** Milliseconds since 1970; the system clock by default. */
  readonly clock?: () => number;
}

interface DemoCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly vanityDomain: string;
  readonly customerId: string;
  readonly zcellCustomerId: string;
}

/** The data of a tenant. JSON. */
export interface SavedTenant {
  readonly version: string;
  readonly states: readonly unknown[];
}

/** A running demo tenant, with the controls that tests use. */
export interface DemoTenant extends Omit<Controls, 'clear'> {
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string;
  readonly tokenUrl: string;
  /** Valid for this tenant only; the secret is random. */
  readonly credentials: DemoCredentials;
  /** Revokes every token issued so far; the next request gets 401. */
  revokeTokens(): void;
  rotateSecret(secret: string): void;
  /** Adds an API client, or replaces the secret of one. */
  admitClient(clientId: string, secret: string): void;
  /** The data as clients left it, for the next generation. Survives JSON. */
  save(): SavedTenant;
  /** Restores the seed and clears failures, delays and the journal; tokens stay valid. */
  reset(): void;
  close(): Promise<void>;
}

/** A customer number beyond 2^53, as in the recordings. */
const CUSTOMER_ID = '144115188075990417';
const ZCELL_CUSTOMER_ID = '4701';
const CLIENT_ID = 'demo-client';
const VANITY_DOMAIN = 'harbor-lantern';
/** Longer than clients keep idle connections, so that none is closed while a request is being sent. */
const KEEP_ALIVE_MS = 65_000;
const PRODUCTS = ['ZIA', 'ZPA', 'ZIDENTITY', 'ZCC', 'ZTW', 'ZEASM', 'ZDX', 'ZCELL', 'ZINS', 'ZMS'];

/** Starts a tenant on a free loopback port. @throws Error when no port can be bound */
export async function startDemoTenant(options: DemoOptions): Promise<DemoTenant> {
  const clock = options.clock ?? Date.now;
  const now = (): number => Math.floor(clock() / 1_000);
  const { world, reset, save, restore } = openWorld(now);
  const credentials = newCredentials();
  const tokens = openTokenService({
    clientId: credentials.clientId,
    clientSecret: credentials.clientSecret,
    clientPublicKey: options.clientPublicKey,
    lifetime: options.tokenLifetimeSeconds ?? 86_399,
    products: options.products ?? PRODUCTS,
    now,
  });
  const controls = openControls();
  const forget = (): void => {
    reset();
    controls.clear();
  };
  const perMinute = options.requestsPerMinute ?? 5_000;
  const products = [openZia, openZpa, openZidentity, openZcc, openZtw, openZeasm, openZdx, openZcell, openZins, openZms];
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    respond({
      log: options.log,
      tokens,
      controls,
      match: openRouter(products.map((open) => open(world))),
      limiter: openLimiter(perMinute, options.requestsPerMinute !== undefined, now),
      perMinute,
      latencyMs: options.latencyMs ?? 0,
      remote: options.controls === true ? { reset: forget, revokeTokens: () => tokens.revoke() } : undefined,
    }),
  );
  if (options.saved) restore(options.saved);
  const apiUrl = await listen(server, options.host ?? '127.0.0.1');
  options.log.debug({ demo: true, url: apiUrl }, 'the DEMO tenant listens');
  return {
    ...controlsOf(controls),
    apiUrl,
    tokenUrl: `${apiUrl}${TOKEN_PATH}`,
    credentials,
    revokeTokens: () => tokens.revoke(),
    rotateSecret: (secret) => tokens.admit(credentials.clientId, secret),
    admitClient: (clientId, secret) => tokens.admit(clientId, secret),
    save,
    reset: forget,
    close: () => close(server),
  };
}

/** The controls without what only the server itself uses. */
const controlsOf = (desk: ControlDesk): Omit<Controls, 'clear'> => ({
  fail: (failure) => desk.fail(failure),
  delay: (path, ms) => desk.delay(path, ms),
  hold: (path) => desk.hold(path),
  journal: () => desk.journal(),
  count: (method, path) => desk.count(method, path),
  waiting: (path) => desk.waiting(path),
  dropped: (path) => desk.dropped(path),
});

const newCredentials = (): DemoCredentials => ({
  clientId: CLIENT_ID,
  clientSecret: `demo-${randomBytes(24).toString('base64url')}`,
  vanityDomain: VANITY_DOMAIN,
  customerId: CUSTOMER_ID,
  zcellCustomerId: ZCELL_CUSTOMER_ID,
});

async function listen(server: Server, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

interface OpenWorld {
  readonly world: World;
  readonly reset: () => void;
  readonly save: () => SavedTenant;
  readonly restore: (saved: SavedTenant) => void;
}

function openWorld(now: () => number): OpenWorld {
  const states: KeptState[] = [];
  const world: World = {
    customerId: CUSTOMER_ID,
    zcellCustomerId: ZCELL_CUSTOMER_ID,
    vanityDomain: VANITY_DOMAIN,
    now,
    collection(options): Collection {
      const collection = openCollection(options);
      states.push(collection);
      return collection;
    },
    keep: (state) => void states.push(state),
  };
  return {
    world,
    reset: () => {
      for (const state of states) state.reset();
    },
    save: () => ({ version, states: states.map((state) => state.save() ?? null) }),
    restore(saved) {
      // The order of the states is the program's.
      if (saved.version !== version || saved.states.length !== states.length) return;
      for (const [at, state] of states.entries()) state.restore((saved.states[at] ?? undefined) as never);
    },
  };
}
