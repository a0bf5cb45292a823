/**
 * Checks that every file with the project's address or version agrees with `repository.url` and `version` in `package.json`.
 * `--tag v1.2.3` also compares the tag of a release.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses of the project. */
export interface Identity {
  readonly owner: string;
  readonly name: string;
  readonly version: string;
}

type Read = (file: string) => string;

/** Files that must contain the address, in addition to `package.json`. */
const ADDRESSED = [
  'server.json',
  'README.md',
  'SECURITY.md',
  'SUPPORT.md',
  '.github/CODEOWNERS',
  '.github/ISSUE_TEMPLATE/config.yml',
  'deploy/docker/Dockerfile',
  'deploy/helm/zscaler-mcp/Chart.yaml',
];

/** Files that contain the version: the pattern matches each occurrence, its group is the version. */
const VERSIONED: readonly (readonly [file: string, pattern: RegExp])[] = [
  ['package-lock.json', /^ {2}"version": "([^"]+)"/gm],
  ['server.json', /"version": "([^"]+)"/g],
  ['deploy/docker/Dockerfile', /image\.version="([^"]+)"/g],
  ['deploy/helm/zscaler-mcp/Chart.yaml', /^(?:version|appVersion): (\S+)$/gm],
  ['docs/operations/clients.md', /zscaler-mcp-(\d\S+?)\.tgz/g],
  ['docs/operations/systemd.md', /zscaler-mcp-(\d\S+?)\.tgz/g],
  ['docs/operations/kubernetes.md', /^ +newTag: (\S+)$/gm],
  ['README.md', /● zscaler-mcp (\S+)/g],
  ['.github/ISSUE_TEMPLATE/bug.yml', /placeholder: (\d\S*)/g],
];

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const read: Read = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
  const tag = process.argv[process.argv.indexOf('--tag') + 1];
  const problems = findDisagreements(files.trim().split('\n'), read, process.argv.includes('--tag') ? tag : undefined);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

/** One line for each file that disagrees with `package.json`. */
export function findDisagreements(files: readonly string[], read: Read, tag?: string): string[] {
  const identity = readIdentity(read('package.json'));
  if (identity === null) return ['package.json: repository.url must look like git+https://github.com/OWNER/NAME.git'];
  return [
    ...ownFields(identity, read('package.json')),
    ...files.filter(isText).flatMap((file) => otherAddresses(identity, file, read(file))),
    ...ADDRESSED.filter((file) => !namesAddress(identity, read(file))).map(
      (file) => `${file}: does not name ${identity.owner}/${identity.name}, the repository of package.json`,
    ),
    ...VERSIONED.flatMap(([file, pattern]) => otherVersions(identity, file, read(file), pattern)),
    ...changelogProblems(identity, read('CHANGELOG.md')),
    ...(tag === undefined || tag === `v${identity.version}` ? [] : [`the tag is ${tag}, and package.json has version ${identity.version}`]),
  ];
}

/** Null if the address is not that of a GitHub repository. */
export function readIdentity(packageJson: string): Identity | null {
  const { version, repository } = JSON.parse(packageJson) as { version: string; repository?: { url?: string } };
  const [, owner, name] = /^git\+https:\/\/github\.com\/([\w-]+)\/([\w.-]+)\.git$/.exec(repository?.url ?? '') ?? [];
  return owner === undefined || name === undefined ? null : { owner, name, version };
}

function ownFields({ owner, name }: Identity, packageJson: string): string[] {
  const own = JSON.parse(packageJson) as { homepage?: string; bugs?: { url?: string }; mcpName?: string };
  const wanted = [
    ['homepage', own.homepage, `https://github.com/${owner}/${name}#readme`],
    ['bugs.url', own.bugs?.url, `https://github.com/${owner}/${name}/issues`],
    ['mcpName', own.mcpName, `io.github.${owner}/${name}`],
  ] as const;
  return wanted
    .filter(([, is, should]) => is !== should)
    .map(([field, is, should]) => `package.json: ${field} is ${is}, expected ${should}`);
}

/** Addresses with the project's name but another owner, on GitHub or in its registries. */
function otherAddresses({ owner, name }: Identity, file: string, text: string): string[] {
  const address = new RegExp(`(?:github\\.com/|ghcr\\.io/|io\\.github\\.)([\\w-]+)/${name}(?![\\w-])`, 'g');
  const others = new Set([...text.matchAll(address)].filter(([, found]) => found !== owner).map(([found]) => found));
  return [...others].map((found) => `${file}: names ${found}, expected the owner ${owner}`);
}

function namesAddress({ owner, name }: Identity, text: string): boolean {
  return text.includes(`${owner}/${name}`) || new RegExp(`@${owner}/`).test(text);
}

function otherVersions({ version }: Identity, file: string, text: string, pattern: RegExp): string[] {
  const found = [...text.matchAll(pattern)].map(([, each]) => each);
  if (found.length === 0) return [`${file}: names no version`];
  return found.filter((each) => each !== version).map((each) => `${file}: version ${each}, expected ${version}`);
}

function changelogProblems({ version }: Identity, changelog: string): string[] {
  const heading = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm');
  return [
    ...(heading.test(changelog) ? [] : [`CHANGELOG.md: has no section "## [${version}] - YYYY-MM-DD"`]),
    ...(/^## \[Unreleased\]$/m.test(changelog) ? [] : ['CHANGELOG.md: has no section "## [Unreleased]"']),
  ];
}

function isText(file: string): boolean {
  return !/\.(?:png|gz|tgz|ico|test\.ts)$/.test(file) && !file.startsWith('test/recordings/');
}
