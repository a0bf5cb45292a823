/** Ways in which the next generation can fail: the fault, when it is injected, and how it is repaired. */
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { makeFolder, root, type TestServer } from './harness.ts';

/** The files of one server, copied so that a test may damage them. */
export interface Site {
  readonly program: string;
  readonly interpreter: string;
  readonly cwd: string;
  readonly execArgv: readonly string[];
  readonly key: string;
  /** Settings added to the `.env`. */
  readonly configure: (change: Record<string, string>) => void;
  readonly server: TestServer;
  /** Resources opened by a failure, closed at its end. */
  readonly opened: { end(): void }[];
}

export interface Failure {
  readonly title: string;
  /** The outcome: rejected before anything is given up, or rolled back after an exec or its attempt. */
  readonly outcome: 'refused' | 'rolled-back';
  /** Part of the verdict's message. */
  readonly says: string;
  /** `draining`: after the rehearsal has passed. */
  readonly when: 'before' | 'draining';
  readonly arrange?: (site: Site) => void | Promise<void>;
  readonly spoil: (site: Site) => void | Promise<void>;
  readonly mend: (site: Site) => void;
  /** Runs in `npm run soak` only: slow, or similar to another one. */
  readonly onlyInSoak?: boolean;
}

/** The next program that finds this file in its directory never gets to listen. */
const HANGING = 'hang';

/** Loaded before the program. The generation that comes back must not hang as well. */
const PRELOAD = `import { existsSync, rmSync } from 'node:fs';
import { Server } from 'node:net';
const { listen } = Server.prototype;
Server.prototype.listen = function (...given) {
  if (!existsSync('${HANGING}')) return Reflect.apply(listen, this, given);
  rmSync('${HANGING}');
  return this;
};
`;

export const failures: readonly Failure[] = [
  {
    title: 'a configuration that is invalid',
    outcome: 'refused',
    says: 'the configuration is invalid',
    when: 'before',
    spoil: ({ configure }) => configure({ ZSCALER_MCP_LOG_LEVEL: 'loud' }),
    mend: ({ configure }) => configure({}),
  },
  {
    title: 'a private key that cannot be read',
    outcome: 'refused',
    says: 'refuses its configuration',
    when: 'before',
    spoil: ({ configure, key }) => (configure({ ZSCALER_PRIVATE_KEY: key }), rmSync(key)),
    mend: ({ configure }) => configure({}),
    onlyInSoak: true,
  },
  {
    title: 'a port that another program has',
    outcome: 'refused',
    says: 'in use',
    when: 'before',
    spoil: async ({ configure, opened }) => configure({ ZSCALER_MCP_PORT: String(await occupyPort(opened)) }),
    mend: ({ configure }) => configure({}),
  },
  {
    title: 'a program that crashes while it is loaded',
    outcome: 'refused',
    says: 'broken build',
    when: 'before',
    spoil: ({ program }) => replaceFile(program, 'throw new Error("broken build");\n'),
    mend: ({ program }) => restoreFile(program),
  },
  {
    title: 'a package of which only half was copied',
    outcome: 'refused',
    says: 'the rehearsal of the new generation',
    when: 'before',
    spoil: ({ program }) => renameSync(chunkOf(program, 'app'), `${program}.away`),
    mend: ({ program }) => cpSync(join(root, 'dist'), join(program, '..'), { recursive: true }),
    onlyInSoak: true,
  },
  {
    title: 'a program that hangs while it is loaded',
    outcome: 'refused',
    says: 'did not get ready within 20 s',
    when: 'before',
    spoil: ({ program }) => replaceFile(program, 'setInterval(() => {}, 1_000);\n'),
    mend: ({ program }) => restoreFile(program),
    onlyInSoak: true,
  },
  {
    title: 'a Node.js that is damaged',
    outcome: 'refused',
    says: 'the rehearsal of the new generation',
    when: 'before',
    spoil: ({ interpreter }) => replaceFile(interpreter, '\x7fELF, or rather not\n'),
    mend: ({ interpreter }) => restoreFile(interpreter),
  },
  {
    title: 'a working directory that is gone',
    outcome: 'refused',
    says: 'is not there',
    when: 'before',
    spoil: ({ cwd }) => rmSync(cwd, { recursive: true }),
    mend: ({ cwd }) => mkdirSync(cwd),
    onlyInSoak: true,
  },
  {
    title: 'a Node.js that is damaged after the rehearsal',
    outcome: 'rolled-back',
    says: 'changed after it was rehearsed',
    when: 'draining',
    spoil: ({ interpreter }) => replaceFile(interpreter, '\x7fELF, or rather not\n'),
    mend: ({ interpreter }) => restoreFile(interpreter),
    onlyInSoak: true,
  },
  {
    title: 'a Node.js that may not be executed any more',
    outcome: 'rolled-back',
    says: 'cannot be executed',
    when: 'draining',
    spoil: ({ interpreter }) => chmodSync(interpreter, 0o644),
    mend: ({ interpreter }) => chmodSync(interpreter, 0o755),
  },
  {
    title: 'a working directory that is gone after the rehearsal',
    outcome: 'rolled-back',
    says: 'cannot be entered',
    when: 'draining',
    spoil: ({ cwd }) => rmSync(cwd, { recursive: true }),
    mend: ({ cwd }) => mkdirSync(cwd),
    onlyInSoak: true,
  },
  {
    title: 'a program that is replaced after the rehearsal',
    outcome: 'rolled-back',
    says: 'changed after it was rehearsed',
    when: 'draining',
    spoil: ({ program }) => replaceFile(program, 'throw new Error("broken build");\n'),
    mend: ({ program }) => restoreFile(program),
  },
  {
    title: 'a private key that is gone when the new generation takes over',
    outcome: 'rolled-back',
    says: 'generation 2 could not get ready',
    when: 'draining',
    arrange: ({ configure, key }) => configure({ ZSCALER_PRIVATE_KEY: key }),
    spoil: ({ key }) => rmSync(key),
    mend: ({ configure }) => configure({}),
  },
  {
    title: 'a new generation that hangs when it takes over',
    outcome: 'rolled-back',
    says: 'generation 2 could not get ready: it took longer than 15 s',
    when: 'draining',
    spoil: ({ cwd }) => writeFileSync(join(cwd, HANGING), ''),
    mend: () => undefined,
  },
];

/** Copies all files that a server needs into a new folder. */
export function makeSite(configure: Site['configure']): Omit<Site, 'server'> {
  const folder = makeFolder();
  const cwd = join(folder, 'cwd');
  mkdirSync(cwd);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module","version":"0.0.1"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const interpreter = join(folder, 'node');
  copyFileSync(process.execPath, interpreter, constants.COPYFILE_FICLONE);
  const key = join(folder, 'key.pem');
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(key, privateKey);
  const preload = join(folder, 'preload.mjs');
  writeFileSync(preload, PRELOAD);
  return { program: join(folder, 'dist/main.js'), interpreter, execArgv: ['--import', preload], cwd, key, configure, opened: [] };
}

/** The previous file is kept beside it: a process may be running from it. */
function replaceFile(path: string, text: string): void {
  renameSync(path, `${path}.good`);
  writeFileSync(path, text, { mode: 0o755 });
}

const restoreFile = (path: string): void => renameSync(`${path}.good`, path);

function chunkOf(program: string, name: string): string {
  const folder = join(program, '..');
  const file = readdirSync(folder).find((file) => file.startsWith(`${name}-`) && readFileSync(join(folder, file), 'utf8').length > 0);
  if (file === undefined) throw new Error(`no part of the program is called ${name}`);
  return join(folder, file);
}

function occupyPort(opened: Site['opened']): Promise<number> {
  const server: Server = createServer();
  opened.push({ end: () => server.close() });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}
