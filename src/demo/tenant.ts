/**
 * A tenant of a fictional company that behaves like the cloud's API, over HTTP on loopback. It is the newcomer's first
 * minute and the tests' cloud; state lives in memory. Every response says `X-Demo-Tenant: true`.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../common/log.ts';
import { openCollection, type Collection } from './collection.ts';
import { openControls, TOKEN_PATH, type Controls } from './controls.ts';
import { openLimiter } from './limits.ts';
import { openRouter } from './router.ts';
import { respond } from './respond.ts';
import { openTokenService } from './token.ts';
import type { World } from './world.ts';
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

export interface DemoOptions {
  readonly log: Log;
  readonly host?: '127.0.0.1';
  /** Added to every answer, milliseconds. */
  readonly latencyMs?: number;
  /** How long a token is good, seconds; 86,399 as the cloud's. */
  readonly tokenLifetimeSeconds?: number;
  /** PEM of an RSA public key; with it, a `client_assertion` signs in too. */
  readonly clientPublicKey?: string;
  /** Answer 429 beyond so many requests a minute. Without it nothing is refused. */
  readonly requestsPerMinute?: number;
  /** Product codes in the token's `service-info` claim. */
  readonly products?: readonly string[];
  /** Serve the test controls as `/__demo/...` too, for tests that run the server in another process. */
  readonly controls?: boolean;
  /** Milliseconds since 1970; the system's clock unless a test brings its own. */
  readonly clock?: () => number;
}

interface DemoCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly vanityDomain: string;
  readonly customerId: string;
  readonly zcellCustomerId: string;
}

export interface DemoTenant extends Omit<Controls, 'clear'> {
  /** The gateway, without a slash at the end. */
  readonly apiUrl: string;
  readonly tokenUrl: string;
  /** Good for this tenant only; the secret is new each time. */
  readonly credentials: DemoCredentials;
  /** Ends every token given out so far; the next request gets 401. */
  revokeTokens(): void;
  rotateSecret(secret: string): void;
  /** Another API client of the tenant, or a new secret of one. */
  admitClient(clientId: string, secret: string): void;
  /** Back to the seed; failures, delays and the journal are forgotten, tokens stay good. */
  reset(): void;
  close(): Promise<void>;
}

/** As in the recordings, a customer number beyond 2^53. */
const CUSTOMER_ID = '144115188075990417';
const ZCELL_CUSTOMER_ID = '4701';
const CLIENT_ID = 'demo-client';
const VANITY_DOMAIN = 'harbor-lantern';
/** Longer than clients keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 65_000;
const PRODUCTS = ['ZIA', 'ZPA', 'ZIDENTITY', 'ZCC', 'ZTW', 'ZEASM', 'ZDX', 'ZCELL', 'ZINS', 'ZMS'];

/** Starts a tenant on a free loopback port. @throws Error when no port can be bound */
export async function startDemoTenant(options: DemoOptions): Promise<DemoTenant> {
  const clock = options.clock ?? Date.now;
  const now = (): number => Math.floor(clock() / 1_000);
  const { world, reset } = openWorld(now);
  const credentials = {
    clientId: CLIENT_ID,
    clientSecret: `demo-${randomBytes(24).toString('base64url')}`,
    vanityDomain: VANITY_DOMAIN,
    customerId: CUSTOMER_ID,
    zcellCustomerId: ZCELL_CUSTOMER_ID,
  };
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
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    respond({
      log: options.log,
      tokens,
      controls,
      match: openRouter(
        [openZia, openZpa, openZidentity, openZcc, openZtw, openZeasm, openZdx, openZcell, openZins, openZms].map((open) => open(world)),
      ),
      limiter: openLimiter(perMinute, options.requestsPerMinute !== undefined, now),
      perMinute,
      latencyMs: options.latencyMs ?? 0,
      remote: options.controls === true ? { reset: forget, revokeTokens: () => tokens.revoke() } : undefined,
    }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, options.host ?? '127.0.0.1', resolve);
  });
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  options.log.info({ demo: true, url: apiUrl }, 'DEMO tenant of a fictional company; nothing reaches the real cloud');
  return {
    apiUrl,
    tokenUrl: `${apiUrl}${TOKEN_PATH}`,
    credentials,
    fail: (failure) => controls.fail(failure),
    delay: (path, ms) => controls.delay(path, ms),
    journal: () => controls.journal(),
    count: (method, path) => controls.count(method, path),
    waiting: (path) => controls.waiting(path),
    dropped: (path) => controls.dropped(path),
    revokeTokens: () => tokens.revoke(),
    rotateSecret: (secret) => tokens.admit(credentials.clientId, secret),
    admitClient: (clientId, secret) => tokens.admit(clientId, secret),
    reset: forget,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function openWorld(now: () => number): { world: World; reset: () => void } {
  const forgets: (() => void)[] = [];
  const world: World = {
    customerId: CUSTOMER_ID,
    zcellCustomerId: ZCELL_CUSTOMER_ID,
    vanityDomain: VANITY_DOMAIN,
    now,
    collection(options): Collection {
      const collection = openCollection(options);
      forgets.push(() => collection.reset());
      return collection;
    },
    onReset: (forget) => void forgets.push(forget),
  };
  return {
    world,
    reset: () => {
      for (const forget of forgets) forget();
    },
  };
}
