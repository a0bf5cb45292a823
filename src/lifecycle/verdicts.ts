/** What an operation came to, in words. */
import { count } from '../common/count.ts';
import type { Environment, Operation, Problem } from './record.ts';
import type { Candidate } from './service.ts';

/** The result of a reload or restart, before it becomes an `Operation` with id, exit code and times. */
export type Verdict = Pick<Operation, 'outcome' | 'message'> &
  Partial<Pick<Operation, 'changes' | 'pendingRestart' | 'errors' | 'warnings'>> & { readonly environment?: Environment };

/** Whether a verdict leaves something out that was edited. */
export const isPartial = ({ pendingRestart = [], environment }: Verdict): boolean =>
  pendingRestart.length > 0 || environment?.concern === 'unseen';

type Head = Pick<Operation, 'outcome' | 'exitCode' | 'message'> & { readonly id: string | null; readonly kind: string | null };
type Details = Omit<Operation, keyof Head>;

/**
 * An operation with the given facts. Everything else says that there is nothing to report: no changes, nothing that waits
 * for a restart, no errors or warnings, environment and generation not known, no time spent.
 */
export const describeOperation = <Given extends Head & Partial<Details>>(given: Given): Given & Details => ({
  // Twice, so that the JSON begins with what was given.
  ...given,
  ...NOTHING_TO_REPORT,
  ...given,
});

const NOTHING_TO_REPORT: Details = {
  changes: [],
  pendingRestart: [],
  errors: [],
  warnings: [],
  envSource: null,
  generation: null,
  durationMs: 0,
};

/** The server began to stop before the operation was done. */
export const CALLED_OFF: Verdict = { outcome: 'failed', message: 'called off: the server is stopping' };

/** Null if the generation that runs is the expected one, or none is expected. */
export const judgeGeneration = (expected: number | null, running: number): Verdict | null =>
  expected === null || expected === running
    ? null
    : { outcome: 'refused', message: `generation ${expected} was expected, generation ${running} runs; nothing was changed` };

export const invalid = ({ problems, unread, warnings, environment }: Candidate<unknown>): Verdict => ({
  outcome: 'refused',
  message: `${whatIsWrong({ problems, unread: environment.concern === 'unreadable' ? 'the .env' : unread })}; nothing was changed, the server keeps running`,
  errors: problems,
  warnings,
  environment,
});

const whatIsWrong = ({ problems, unread }: { problems: readonly Problem[]; unread: string | undefined }): string =>
  unread === undefined ? `the configuration is invalid (${count(problems.length, 'problem')})` : `${unread} was not read`;

/** The verdict on a valid configuration: what applies now and what waits, or with `dryRun` would. */
export function judgeReload(
  { changes, pendingRestart, withoutEffect = [], warnings, environment }: Candidate<unknown>,
  dryRun: boolean,
): Verdict {
  const live = changes.filter(({ applies }) => applies === 'reload').map(({ setting }) => setting);
  const details = { changes, pendingRestart, warnings, environment };
  const would = dryRun ? 'would be ' : '';
  const parts = [
    live.length > 0 ? `${would}in force now: ${live.join(', ')}` : 'nothing that applies live has changed',
    ...(pendingRestart.length > 0
      ? [`${dryRun ? 'would wait' : 'waiting'} for a restart: ${pendingRestart.map(describePending).join(', ')}`]
      : []),
    ...(withoutEffect.length > 0 ? [`edited without effect, because another value stands above: ${withoutEffect.join(', ')}`] : []),
  ];
  if (dryRun && (live.length > 0 || pendingRestart.length > 0))
    return { outcome: 'valid', message: `${parts.join('; ')}; nothing was changed`, ...details };
  if (pendingRestart.length > 0) return { outcome: 'applied-restart-pending', message: parts.join('; '), ...details };
  return live.length > 0
    ? { outcome: 'applied', message: parts.join('; '), ...details }
    : {
        outcome: 'unchanged',
        message: withoutEffect.length > 0 ? parts.slice(1).join('; ') : 'the configuration is the same as before',
        ...details,
      };
}

/** What waits for a restart, in words: a setting by its name, anything else with what it is. */
export const describePending = (name: string): string =>
  name === 'entitlement-filter' ? 'the list of offered tools (entitlement-filter)' : name;

/** @param notes what clients would notice */
export const wouldRestart = ({ changes, warnings, environment }: Candidate<unknown>, notes: readonly string[]): Verdict => ({
  outcome: 'valid',
  message: ['the next generation was rehearsed and would get ready', ...notes, 'nothing was changed'].join('; '),
  changes,
  warnings,
  environment,
});
