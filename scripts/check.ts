/** `npm run check`: all checks that do not run the server. Runs every step, then names those that failed. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['boundaries', 'node', 'scripts/check-boundaries.ts'],
  ['rules', 'node', 'scripts/check-rules.ts'],
  ['docstrings', 'node', 'scripts/check-docstrings.ts'],
  ['effects at import', 'node', 'scripts/check-effects.ts'],
  ['generated files', 'node', 'scripts/generate.ts', '--check'],
  ['words and links', 'node', 'scripts/check-words.ts'],
  ['address and version', 'node', 'scripts/check-identity.ts'],
  ['workflows', 'node', 'scripts/check-workflows.ts'],
  ['dead code', 'knip'],
];

const failed = steps.filter(([name, command, ...args]) => !passes(name, command, args)).map(([name]) => name);
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

function passes(name: string, command: string, args: readonly string[]): boolean {
  const startedAt = performance.now();
  const path = `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, PATH: path } });
  const took = `${Math.round(performance.now() - startedAt)} ms`;
  if (status === 0) console.error(`ok      ${name} (${took})`);
  else console.error(`FAILED  ${name} (${took})\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
  return status === 0;
}
