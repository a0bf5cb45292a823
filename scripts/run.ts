/**
 * Builds the server if a source has changed, then becomes it. The scripts of package.json `exec` this file: npm passes SIGTERM on to its
 * child, and a shell in between would end and leave the server behind. Arguments are those of `zscaler-mcp`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const build = spawnSync(process.execPath, [join(root, 'scripts/build.ts'), '--if-needed', '--quiet'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

const args = [join(root, 'dist/main.js'), ...process.argv.slice(2)];
// Windows cannot replace a running program.
if (process.platform === 'win32') process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
else process.execve?.(process.execPath, [process.argv0, ...args]);
