/** Checks for broken links, pages without an incoming link, and words that must not appear in a published repository. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
const pages = tracked.filter((file) => file.endsWith('.md'));
const problems = [...deadLinks(), ...lonelyPages(), ...lockedAddresses()];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function read(file: string): string {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
}

interface Link {
  readonly page: string;
  readonly target: string;
  readonly anchor: string | undefined;
}

/** Checks relative links and anchors of every page. Code blocks and text in backticks are ignored. */
function links(): Link[] {
  return pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, path = '', anchor]) => ({
      page,
      target: path === '' ? page : join(dirname(page), path),
      anchor,
    })),
  );
}

function deadLinks(): string[] {
  return links().flatMap(({ page, target, anchor }) => {
    if (!existsSync(join(root, target))) return [`${page}: the link ${target} leads nowhere`];
    if (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).has(anchor)) return [];
    return [`${page}: ${target} has no heading #${anchor}`];
  });
}

/** Pages that no other page links to. */
function lonelyPages(): string[] {
  const linked = new Set(links().flatMap(({ page, target }) => (page === target ? [] : [target, join(target, 'README.md')])));
  return pages.filter((page) => page.startsWith('docs/') && !linked.has(page)).map((page) => `${page}: no page leads here`);
}

/** Anchors as GitHub generates them: lower case, without punctuation, hyphens for spaces, a number appended to duplicates. */
function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutBlocks(page).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let name = slug;
    for (let again = 1; anchors.has(name); again++) name = `${slug}-${again}`;
    anchors.add(name);
  }
  return anchors;
}

function withoutBlocks(page: string): string {
  return read(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}

function proseOf(page: string): string {
  return withoutBlocks(page).replaceAll(/`[^`\n]*`/g, '');
}

/** The lock file must not record download addresses. */
function lockedAddresses(): string[] {
  return /"resolved": "(?:https?|git)/.test(read('package-lock.json')) ? ['package-lock.json: records download addresses'] : [];
}
