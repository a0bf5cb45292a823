/** Files that are something else already, and that no log may be appended to. */
import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { defaultPidFiles, folderOf, type Launch, type SourceFile } from '../lifecycle/index.ts';
import { FileContent, fileNameOf, rows, type Settings } from '../settings/index.ts';

/** A file in use, and what it is, which continues "it is". `isFolder`: everything below the path. */
interface Claim {
  readonly path: string;
  readonly what: string;
  readonly isFolder?: true;
}

/** Variables of Node.js and of the SDKs of secrets managers that name a file. */
const FILE_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CA_BUNDLE',
];

/** What a server reads or writes under one configuration. */
export interface ClaimFacts {
  readonly settings: Settings;
  /** The files that the configuration was read from. */
  readonly files: readonly SourceFile[];
  /** Places where a `.env` is looked for. */
  readonly envCandidates: readonly string[];
  readonly launch: Launch;
}

/** What the file at a path is already; null for one that is free to be a log. Links and hard links count as what they lead to. */
export function claimOn(path: string, facts: ClaimFacts): string | null {
  const place = realPlace(path);
  const file = identityOf(path);
  for (const { what, path: claimed, isFolder } of claimsOf(facts)) {
    const there = realPlace(claimed);
    if (isFolder ? place.startsWith(there + sep) : place === there || (file !== null && identityOf(claimed) === file)) return what;
  }
  return null;
}

function claimsOf({ settings, files, envCandidates, launch }: ClaimFacts): Claim[] {
  const { auditFile: _, ...others } = settings;
  const pidFiles = settings.pidFile === undefined ? defaultPidFiles(launch.env['HOME']) : [resolve(launch.cwd, settings.pidFile)];
  const program = dirname(launch.main);
  return [
    ...envCandidates.map((path) => ({ path, what: 'the .env of this server' })),
    ...rows.flatMap(([name, { env }]) =>
      pathsIn(others[name as keyof typeof others]).map((path) => ({ path, what: `the file of ${env}` })),
    ),
    ...files.map(({ path }) => ({ path, what: 'a file that the configuration is read from' })),
    ...[...rows.map(([, { env }]) => fileNameOf(env)), ...FILE_VARIABLES].flatMap((name) => {
      const path = launch.env[name]?.trim();
      return path ? [{ path: resolve(launch.cwd, path), what: `the file of ${name}` }] : [];
    }),
    ...pidFiles.flatMap((path) => [
      { path, what: 'the PID file' },
      { path: folderOf(path), what: 'a file of the lifecycle commands', isFolder: true as const },
    ]),
    ...[launch.execPath, launch.main, ...entriesOf(program)].map((path) => ({ path, what: 'part of the program' })),
    { path: program, what: 'part of the program', isFolder: true },
  ];
}

/** Certificates and keys by their path, and a private key that is given as one. */
function pathsIn(value: unknown): string[] {
  if (value instanceof FileContent) return [value.path];
  return typeof value === 'string' && value.startsWith('/') && !value.includes('\n') ? [value] : [];
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

/** The path with all links resolved; of a file that is not there, in its folder. A link that leads nowhere yet counts as its target. */
function realPlace(path: string, links = MOST_LINKS): string {
  try {
    return realpathSync(path);
  } catch {
    const target = links > 0 ? targetOf(path) : null;
    if (target !== null) return realPlace(resolve(dirname(path), target), links - 1);
    const folder = dirname(path);
    return folder === path ? path : join(realPlace(folder, links), basename(path));
  }
}

function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
