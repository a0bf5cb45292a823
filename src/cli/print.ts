/** Verdicts, tables and advice go to stdout; errors and warnings to stderr. With --json, one object on stdout. */
import { showLine } from '../common/hidden.ts';
import { escapeInvisible } from '../common/invisible.ts';
import { largest } from '../common/lists.ts';
import { describeProblem } from '../common/problem.ts';
import type { Operation } from '../lifecycle/index.ts';
import { adviceAfter } from './exit-codes.ts';
import { span, whole, wrap, type Canvas, type Text } from './picture.ts';

/** Where a command prints to. */
export interface Printer {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** What standard output is. */
  readonly canvas: Canvas;
}

/** Prints what an operation came to, with advice. @returns its exit code */
export function printOperation(operation: Operation, json: boolean, printer: Printer): number {
  if (json) printer.out(toJson(operation));
  else printForPeople(operation, printer);
  return operation.exitCode;
}

/** JSON for a terminal, too: what would take effect there is escaped. */
export const toJson = (value: object): string => escapeInvisible(JSON.stringify(value));

function printForPeople(operation: Operation, { out, err, canvas }: Printer): void {
  const { exitCode, kind, outcome, message, warnings, changes, environment = '' } = operation;
  // One that the line on the environment explains, with its remedy.
  const errors = operation.errors.filter((problem) => !environment.includes(problem.message));
  const good = exitCode === 0 || exitCode === 3;
  const tone = !good ? 'bad' : exitCode === 0 ? 'good' : 'waiting';
  const show = (print: (line: string) => void, text: Text, indent = '') => {
    const width = canvas.width === null ? null : canvas.width - indent.length;
    const oneLine = wrap(text, { ...canvas, width });
    const lines = oneLine.length === 1 || width === null ? oneLine : wrap(text, { ...canvas, width: width - 2 });
    for (const [at, line] of lines.entries()) print(`${indent}${at === 0 ? '' : '  '}${line}`);
  };
  show(good ? out : err, [whole(`${kind}:`), whole(`${outcome}:`, tone), span(message)]);
  for (const problem of errors) show(err, describeProblem(problem), '  ');
  for (const line of table(
    changes.map(({ setting, from, to, applies }) => [setting, from === to ? to : `${from} -> ${to}`, whenApplied(applies, operation)]),
  ))
    out(`  ${line}`);
  const advice = adviceAfter({ ...operation, errors });
  if (advice && outcome !== 'requested') show(good ? out : err, advice);
  if (environment !== '') show(good ? out : err, `environment: ${environment}`);
  for (const warning of warnings) show(err, `warning: ${warning}`);
}

function whenApplied(applies: string, { kind, outcome, dryRun = false }: Operation): string {
  if (!IN_FORCE_AFTER.has(outcome)) return 'not in force';
  const isLive = kind === 'restart' || applies === 'reload';
  if (dryRun) return isLive ? 'would be in force' : 'would wait for a restart';
  return isLive ? 'in force' : 'waits for a restart';
}

/** Outcomes after which the changes that were found have taken effect. */
const IN_FORCE_AFTER: ReadonlySet<string> = new Set(['applied', 'applied-restart-pending', 'unchanged', 'restarted', 'valid']);

/** One line for each row, with columns as wide as their widest cell. */
export function table(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(showLine));
  const widths = (rows[0] ?? []).map((_, column) => largest(rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
