/** Every exit code with its name and the advice printed with it. What a code means for a command stands in the command's record. */
import { hasEnded, type Operation } from '../lifecycle/index.ts';

/** A sentence of advice. */
interface Sentence {
  readonly text: string;
  /** Whether it applies to an operation; without this it applies to all. */
  readonly when?: (operation: Operation) => boolean;
}

interface Row {
  readonly code: number;
  readonly name: string;
  readonly advice: readonly Sentence[];
}

const hasErrors = ({ errors }: Operation): boolean => errors.length > 0;

/** What to do when no server was found; `status` says it too. */
export const ELSEWHERE = 'If the server runs elsewhere, name its PID file with --pid-file, or run the command inside its container.';

/** In ascending order; the reference page and help list them. */
export const exitCodes = [
  {
    code: 0,
    name: 'done',
    advice: [],
  },
  {
    code: 1,
    name: 'failed',
    advice: [
      {
        text: "Look at the server's log. `zscaler-mcp status` shows what runs; `zscaler-mcp stop` removes what a dead server left behind.",
      },
    ],
  },
  {
    code: 2,
    name: 'wrong usage',
    advice: [{ text: 'See `zscaler-mcp --help`.' }],
  },
  {
    code: 3,
    name: 'restart pending, edit not visible, or not running',
    advice: [
      { text: 'Run `zscaler-mcp restart` to apply what waits.', when: ({ kind, outcome }) => kind === 'reload' && outcome !== 'valid' },
      {
        text: 'What would wait needs a `zscaler-mcp restart`.',
        when: ({ kind, outcome }) => kind === 'reload' && outcome === 'valid',
      },
    ],
  },
  {
    code: 4,
    name: 'refused',
    advice: [
      { text: 'Fix the problems listed above.', when: hasErrors },
      {
        text: '`zscaler-mcp check` judges a configuration without touching the server.',
        when: (operation) => hasErrors(operation) && operation.kind !== 'check',
      },
    ],
  },
  {
    code: 5,
    name: 'rolled back',
    advice: [
      { text: 'The former generation keeps serving.' },
      { text: 'Fix the problems listed above, then restart again.', when: hasErrors },
      { text: 'Remove the cause, then restart again.', when: (operation) => !hasErrors(operation) },
    ],
  },
  {
    code: 6,
    name: 'timed out, or no answer',
    advice: [{ text: 'Look with `zscaler-mcp status`, and give more time with --timeout.' }],
  },
  {
    code: 7,
    name: 'not running',
    advice: [
      {
        text: 'The server has ended: its log says why, unless it was killed. Start it again, or name the PID file of another server with --pid-file.',
        when: hasEnded,
      },
      {
        text: ELSEWHERE,
        when: (operation) => !hasEnded(operation),
      },
    ],
  },
  {
    code: 75,
    name: 'busy',
    advice: [{ text: 'Try again when the other command has finished.' }],
  },
  {
    code: 77,
    name: 'not permitted',
    advice: [],
  },
  {
    code: 130,
    name: 'interrupted',
    advice: [],
  },
  {
    code: 143,
    name: 'terminated',
    advice: [],
  },
] as const satisfies readonly Row[];

/** A code that is in the table. */
export type ExitCode = (typeof exitCodes)[number]['code'];

/** What to do next after an operation; empty when there is nothing to say. */
export function adviceAfter(operation: Operation): string {
  // To find nothing to stop is no failure, but what to do is the same.
  const isNothingThere = operation.kind === 'stop' && operation.outcome === 'not-running' && !hasEnded(operation);
  const row: Row | undefined = exitCodes.find(({ code }) => code === (isNothingThere ? 7 : operation.exitCode));
  const sentences = row?.advice.filter(({ when }) => when?.(operation) ?? true) ?? [];
  return sentences.map(({ text }) => text).join(' ');
}
