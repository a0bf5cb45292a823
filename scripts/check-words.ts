/** Links that lead nowhere, and words that have no place in a published repository. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
const problems = [...deadLinks(), ...strayStdout(), ...lockedAddresses()];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function read(file: string): string {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
}

/** Relative links of every Markdown page. */
function deadLinks(): string[] {
  return tracked
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, link]) => link ?? '')
        .filter((link) => !existsSync(join(root, dirname(file), link)))
        .map((link) => `${file}: the link ${link} leads nowhere`),
    );
}

/** stdout belongs to the protocol and to the commands' answers. */
function strayStdout(): string[] {
  return tracked
    .filter((file) => file.startsWith('src/') && !file.endsWith('.test.ts') && file !== 'src/main.ts' && !file.startsWith('src/cli/'))
    .filter((file) => /console\.log|process\.stdout\.write/.test(read(file)))
    .map((file) => `${file}: writes to stdout`);
}

/** Where a package was downloaded from is nobody's business. */
function lockedAddresses(): string[] {
  return /"resolved": "(?:https?|git)/.test(read('package-lock.json')) ? ['package-lock.json: records download addresses'] : [];
}
