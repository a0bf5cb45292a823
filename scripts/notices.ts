/** Generates the notices of third-party licences for the packages in the bundle. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** SPDX identifiers of licences that allow bundling a package with its notice. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'Unlicense'];

const HEAD = `Third-party notices of zscaler-mcp

The files beside this one contain code of the packages below, each under the licence that follows its name. The packages undici and
koffi are not part of these files: npm installs them into node_modules, each with its own licence, and so does the container image.
`;

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

/** Licence texts of packages published without one, from the LICENSE file of their repository. */
const TEXTS: Readonly<Record<string, string>> = {
  // https://github.com/redis/node-redis/blob/master/LICENSE
  '@redis/client': `MIT License\n\nCopyright (c) 2022-2025, Redis, inc.\n\n${MIT}`,
};

interface Bundled {
  /** Name and version. */
  readonly title: string;
  readonly licence: string;
  /** LICENSE and NOTICE of the package, concatenated. */
  readonly text: string;
  readonly repository: string;
}

/**
 * The notices as text, sorted by package name.
 * @param modules absolute paths of the modules in the bundle; those outside `node_modules` are the project's own
 * @throws Error naming each package without a known licence or without its text
 */
export function renderNotices(modules: Iterable<string>): string {
  const packages = packageFolders(modules).map(readBundled);
  const problems = packages.flatMap((each) => (typeof each === 'string' ? each : []));
  if (problems.length > 0) throw new Error(`the bundle cannot be published:\n${problems.join('\n')}`);
  const bundled = packages.filter((each) => typeof each !== 'string').toSorted((a, b) => (a.title < b.title ? -1 : 1));
  const unique = bundled.filter(({ title }, at) => title !== bundled[at - 1]?.title);
  return [
    HEAD,
    ...unique.map(({ title, licence, repository, text }) => `${'-'.repeat(80)}\n${title} (${licence})\n${repository}\n\n${text}\n`),
  ].join('\n');
}

/** The folders of the packages that the modules belong to, each once. */
export const packageFolders = (modules: Iterable<string>): string[] => [
  ...new Set([...modules].flatMap((path) => packageFolder(path) ?? [])),
];

/** The folder of the package that a module belongs to; null for the project's own modules and those of the bundler. */
function packageFolder(module: string): string | null {
  // The bundler marks virtual modules with a NUL, and may append queries.
  const path = module.replace(/^\0/, '').replace(/\?.*$/, '').replaceAll('\\', '/');
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return folder?.replaceAll('/', sep) ?? null;
}

/** The problem with a package: its licence is not allowed, or its text is missing. */
function readBundled(folder: string): Bundled | string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
    repository?: string | { url?: string };
  };
  const title = `${manifest.name} ${manifest.version}`;
  const licence = manifest.license ?? '';
  if (!isAllowed(licence)) return `${title}: the licence "${licence}" is not on the list in scripts/notices.ts`;
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i.test(file));
  const added = files.some((file) => !/^notice/i.test(file)) ? [] : [TEXTS[manifest.name] ?? ''];
  if (added.includes('')) return `${title}: holds no text of its licence ${licence}`;
  const { repository } = manifest;
  return {
    title,
    licence,
    repository: typeof repository === 'string' ? repository : (repository?.url ?? ''),
    text: [...added, ...files.toSorted().map((file) => readFileSync(join(folder, file), 'utf8').trim())].join('\n\n'),
  };
}

/** For an expression with OR, one side must be allowed; with AND, both. */
function isAllowed(expression: string): boolean {
  const words = expression.replaceAll(/[()]/g, ' ').trim();
  if (words.includes(' AND ')) return words.split(/ AND | OR /).every((each) => ALLOWED.includes(each.trim()));
  return words.split(' OR ').some((each) => ALLOWED.includes(each.trim()));
}
