/** A sentinel in every secret setting, however it is supplied and however often it is rotated, and in none of the outputs. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fileNameOf, rows } from '../../src/settings/index.ts';
import { openVault, type Manager } from '../secrets-managers.ts';
import { startCloud } from './cloud.ts';
import { makeFolder, runCommand, startServer, type TestServer } from './harness.ts';
import { modern } from './mcp.ts';

const secrets = rows.filter(([, { secret }]) => secret).map(([, { env }]) => env);

/** A sentinel secret: a valid value of the setting, and the part that must not appear. */
interface Planted {
  readonly value: string;
  readonly sentinel: string;
}

const around =
  (before: string, after = '') =>
  (sentinel: string): Planted => ({ value: `${before}${sentinel}${after}`, sentinel });

/** A whole key, and one of its lines. */
function plantKey(): Planted {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { value: privateKey.trim(), sentinel: privateKey.split('\n')[5] ?? '' };
}

const planting: Readonly<Record<string, (sentinel: string) => Planted>> = {
  ZSCALER_MCP_TLS_KEYFILE_PASSWORD: around(''),
  ZSCALER_MCP_AUTH_API_KEY: around('', '-0123456789abcdef0123456789abcdef'),
  ZSCALER_MCP_REQUEST_STATE_KEYS: around('', '-0123456789abcdef0123456789abcdef'),
  ZSCALER_CLIENT_SECRET: around(''),
  ZSCALER_PRIVATE_KEY: plantKey,
  VAULT_TOKEN: around('hvs.'),
  HTTPS_PROXY: around('http://user:', '@127.0.0.1:9'),
  HTTP_PROXY: around('http://user:', '@127.0.0.1:9'),
  ZSCALER_MCP_STATE_URL: around('redis://:', '@127.0.0.1:9'),
};

const plantAll = (round: string): Map<string, Planted> =>
  new Map(
    secrets.map((name, at) => [name, planting[name]?.(`SENTINEL-${round}-${at}-x7Kq`) ?? { value: '', sentinel: `no value for ${name}` }]),
  );

/** The sentinel as it is, URL-encoded, JSON-escaped, and in Base64 (Basic authentication) at each alignment. */
function formsOf(sentinel: string): string[] {
  const shifted = ['', ' ', '  '].map((lead) => Buffer.from(`${lead}${sentinel}`).toString('base64').slice(4, -4));
  return [sentinel, encodeURIComponent(sentinel), JSON.stringify(sentinel).slice(1, -1), ...shifted];
}

interface Supply {
  /** Stores the values and returns the lines of a `.env`. */
  lines(planted: ReadonlyMap<string, Planted>): string;
}

const quote = (value: string): string => (value.includes('\n') ? `"${value}"` : value);

const asTheyAre: Supply = { lines: (planted) => [...planted].map(([name, { value }]) => `${name}=${quote(value)}\n`).join('') };

function inFiles(folder: string): Supply {
  return {
    lines: (planted) =>
      [...planted]
        .map(([name, { value }]) => {
          writeFileSync(join(folder, name), `${value}\n`, { mode: 0o600 });
          return `${fileNameOf(name)}=${join(folder, name)}\n`;
        })
        .join(''),
  };
}

function inVault(manager: Manager): Supply {
  return {
    lines: (planted) => {
      const { VAULT_TOKEN = '', ...others } = Object.fromEntries([...planted].map(([name, { value }]) => [name, value]));
      manager.keep({ ...others, DB_PASSWORD: UNKNOWN });
      const { VAULT_ADDR, ZSCALER_MCP_VAULT_PATH } = manager.env;
      return `VAULT_ADDR=${VAULT_ADDR}\nZSCALER_MCP_VAULT_PATH=${ZSCALER_MCP_VAULT_PATH}\nVAULT_TOKEN=${VAULT_TOKEN}\n`;
    },
  };
}

/** A foreign PID file at the same path. */
const UNKNOWN = 'SENTINEL-of-another-program';

/** All output and files of a server and its commands. */
async function collect(server: TestServer, key: string, see: (where: string, text: string) => void): Promise<void> {
  const commands = [['status'], ['reload'], ['reload', '--dry-run'], ['restart', '--dry-run'], ['restart'], ['status']];
  for (const words of commands) {
    for (const json of [[], ['--json']]) {
      const { out, err } = await server.command(...words, ...json);
      see(words.join(' '), out + err);
      for (const path of filesOf(server)) see(path, readFileSync(path, 'utf8'));
    }
  }
  for (const words of [['check'], ['check', '--json'], ['tools'], ['tools', '--json'], ['--help']]) {
    const { out, err } = await runCommand([
      ...words,
      ...(words[0] === '--help' ? [] : ['--dotenv-path', server.dotenvPath, '--transport', 'streamable-http', '--demo']),
    ]);
    see(words.join(' '), out + err);
  }
  await talk(server, key, see);
}

const filesOf = ({ pidFile, folder }: TestServer): string[] => {
  const audit = ['audit-line.log', 'audit-json.log'].map((name) => join(folder, name)).filter((path) => existsSync(path));
  return [pidFile, ...readdirSync(`${pidFile}.d`).map((name) => join(`${pidFile}.d`, name)), ...audit];
};

/** All kinds of responses to clients: answers, errors, health and metrics. */
async function talk({ url }: TestServer, key: string, see: (where: string, text: string) => void): Promise<void> {
  const authorization = `Bearer ${key}`;
  for (const name of ['zia_list_rule_labels', 'zia_get_rule_label', 'no_such_tool'])
    see(name, JSON.stringify(await modern(url, 'tools/call', { name, arguments: { search: 'x', note: 'y' } }, { authorization })));
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(new URL(path, url), init);
    see(path, JSON.stringify([...response.headers]) + (await response.text()));
  };
  for (const path of ['/metrics', '/healthz', '/readyz', '/nowhere', '/.well-known/oauth-protected-resource']) {
    await ask(path);
    await ask(path, { headers: { authorization } });
  }
  await ask('/mcp', { method: 'POST', body: '{', headers: { authorization, 'content-type': 'application/json' } });
  await ask('/mcp', { method: 'POST', body: '{}', headers: { authorization: `${authorization}x` } });
  await ask('/mcp', { method: 'PUT', headers: { authorization } });
}

it.each(['as they are', 'in files', 'in a secrets manager'])(
  'secrets that are kept %s appear in no output, set and rotated, applied and refused, at level debug',
  { timeout: 300_000 },
  async (way) => {
    expect(Object.keys(planting).toSorted()).toEqual(secrets.toSorted());
    const cloud = await startCloud();
    const manager = await openVault((token) => token.startsWith('hvs.SENTINEL'));
    onTestFinished(() => manager.close());
    const supply = way === 'as they are' ? asTheyAre : way === 'in files' ? inFiles(makeFolder(0o700)) : inVault(manager);
    const folder = makeFolder();
    const rounds = ['one', 'two', 'three'].map(plantAll);
    const [one = new Map<string, Planted>(), two = one, three = one] = rounds;
    const others = cloud.dotenv({
      ZSCALER_MCP_LOG_LEVEL: 'debug',
      ZSCALER_MCP_LOG_TOOL_CALLS: 'true',
      ZSCALER_MCP_METRICS: 'true',
      NO_PROXY: '127.0.0.1,localhost',
    });
    const common = others.replace(/^ZSCALER_CLIENT_SECRET=.*\n/m, '');
    const dotenv = (planted: ReadonlyMap<string, Planted>, format: string, more = '') =>
      `${common}${supply.lines(planted)}ZSCALER_MCP_AUDIT_FORMAT=${format}\nZSCALER_MCP_AUDIT_FILE=${join(folder, `audit-${format}.log`)}\n${more}`;
    const seen: { where: string; text: string }[] = [];
    const see = (where: string, text: string) => void seen.push({ where, text });
    const keyOf = (planted: ReadonlyMap<string, Planted>) => planted.get('ZSCALER_MCP_AUTH_API_KEY')?.value ?? '';

    const server = await startServer({ folder, demo: false, dotenv: dotenv(one, 'line') });
    const accepted = await modern(server.url, 'tools/list', {}, { authorization: `Bearer ${keyOf(one)}` });
    // Checks that the values are in force, since unused values could not leak.
    expect(accepted.status).toBe(200);
    await collect(server, keyOf(one), see);
    server.writeDotenv(dotenv(two, 'json'));
    await collect(server, keyOf(two), see);
    expect((await modern(server.url, 'tools/list', {}, { authorization: `Bearer ${keyOf(two)}` })).status).toBe(200);
    server.writeDotenv(dotenv(three, 'json'));
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect((await modern(server.url, 'tools/list', {}, { authorization: `Bearer ${keyOf(three)}` })).status).toBe(200);

    // Rejected configurations: invalid values that contain a secret, and a malformed line.
    const { sentinel = '' } = three.get('ZSCALER_CLIENT_SECRET') ?? {};
    const broken = `ZSCALER_MCP_PORT=x\nZSCALER_VANITY_DOMAIN=${sentinel}.${sentinel}\nZSCALER_CUSTOMER_ID=${sentinel}/x\nZSCALER_PRIVATE_KEY_FILE=/${sentinel}\n"${sentinel}\n`;
    server.writeDotenv(dotenv(three, 'json', broken));
    expect(await server.ask('reload')).toMatchObject({ outcome: 'refused' });
    await collect(server, keyOf(three), see);
    // Rejected: a manager whose error quotes the request.
    manager.trouble({ status: 500, body: JSON.stringify([...three].map(([, { value }]) => value)) });
    server.writeDotenv(dotenv(three, 'json'));
    if (way === 'in a secrets manager') await collect(server, keyOf(three), see);
    const usage = await runCommand([`--client-secret=${sentinel}`, sentinel]);
    see('usage', usage.out + usage.err);
    const stop = await server.command('stop', '--json');
    see('stop', stop.out + stop.err);
    see('log', server.log() + server.stdout());

    expect(seen.map(({ text }) => text).join('').length).toBeGreaterThan(50_000);
    const sentinels = [...rounds.flatMap((planted) => [...planted.values()].map((each) => each.sentinel)), UNKNOWN];
    const leaks = sentinels.flatMap((each) =>
      seen
        .filter(({ text }) => formsOf(each).some((form) => text.includes(form)))
        .map(({ where }) => `${secrets[Number(/-(\d+)-x7Kq/.exec(each)?.[1])] ?? 'a line of the private key'} in ${where}`),
    );
    expect(leaks).toEqual([]);
  },
);
