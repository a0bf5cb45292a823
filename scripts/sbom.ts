/** Generates the SBOM (CycloneDX) of what is delivered: the packages in the bundle, and those that are installed beside it. */
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { packageFolders } from './notices.ts';

const root = join(import.meta.dirname, '..');

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Lockfile = Readonly<Record<string, Locked>>;

/** `optional`: installed only where the platform permits. */
type Scope = 'required' | 'optional';

/**
 * The SBOM as JSON. Equal inputs give equal bytes: it holds no time of creation and no serial number.
 * @param modules absolute paths of the modules in the bundle
 * @throws Error naming a package that is not in the lockfile with a digest
 */
export function renderSbom(modules: Iterable<string>): string {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lockfile };
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>;
  const bundled = packageFolders(modules).map((folder) => relative(root, folder).replaceAll(sep, '/'));
  const components = [
    ...bundled.map((path) => componentOf(path, packages[path], 'required', 'bundled')),
    ...installed(packages).map(([path, scope]) => componentOf(path, packages[path], scope, 'installed')),
  ].toSorted((one, other) => (one['bom-ref'] < other['bom-ref'] ? -1 : 1));
  const itself = { type: 'application', 'bom-ref': `pkg:npm/${name}@${version}`, name, version, purl: `pkg:npm/${name}@${version}` };
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...itself, licenses: [{ expression: license }] } },
    components,
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** What `npm ci --omit=dev` installs, for all platforms. */
function installed(packages: Lockfile): [string, Scope][] {
  const found = new Map<string, Scope>();
  const follow = ({ dependencies = {}, optionalDependencies = {} }: Locked, above: Scope): void => {
    for (const [names, scope] of [
      [dependencies, above],
      [optionalDependencies, 'optional'],
    ] as const)
      for (const name of Object.keys(names)) {
        const path = `node_modules/${name}`;
        if (found.has(path)) continue;
        found.set(path, scope);
        follow(packages[path] ?? {}, scope);
      }
  };
  follow(packages[''] ?? {}, 'required');
  return [...found];
}

function componentOf(path: string, locked: Locked | undefined, scope: Scope, delivery: 'bundled' | 'installed') {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const [, digest] = /^sha512-(\S+)$/.exec(locked?.integrity ?? '') ?? [];
  if (!locked?.version || digest === undefined) throw new Error(`${path} is not in package-lock.json with a version and a SHA-512 digest`);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${locked.version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version: locked.version,
    scope,
    hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }],
    ...(locked.license !== undefined && { licenses: [{ expression: locked.license }] }),
    purl,
    properties: [{ name: 'zscaler-mcp:delivery', value: delivery }],
  };
}
