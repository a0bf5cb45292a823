/** Every exit code with its name and the advice printed with it. What a code means for a command stands in the command's record. */

/** In ascending order; the reference page and help list them. */
export const exitCodes = [
  {
    code: 0,
    name: 'done',
    advice: '',
  },
  {
    code: 1,
    name: 'failed',
    advice: "Look at the server's log. `zscaler-mcp status` shows what runs; `zscaler-mcp stop` removes what a dead server left behind.",
  },
  {
    code: 2,
    name: 'wrong usage',
    advice: 'See `zscaler-mcp --help`.',
  },
  {
    code: 3,
    name: 'restart pending, or not running',
    advice: 'Run `zscaler-mcp restart` to apply what waits.',
  },
  {
    code: 4,
    name: 'refused',
    advice: 'Fix the problems listed above; `zscaler-mcp check` judges a configuration without touching the server.',
  },
  {
    code: 5,
    name: 'rolled back',
    advice: 'The former generation keeps serving. Fix the problems listed above, then restart again.',
  },
  {
    code: 6,
    name: 'timed out',
    advice: 'Look with `zscaler-mcp status`, and give more time with --timeout.',
  },
  {
    code: 7,
    name: 'not running',
    advice: 'If the server runs elsewhere, name its PID file with --pid-file, or run the command inside its container.',
  },
  {
    code: 75,
    name: 'busy',
    advice: 'Try again when the other command has finished.',
  },
  {
    code: 77,
    name: 'not permitted',
    advice: '',
  },
  {
    code: 130,
    name: 'interrupted',
    advice: '',
  },
  {
    code: 143,
    name: 'terminated',
    advice: '',
  },
] as const;

/** A code that is in the table. */
export type ExitCode = (typeof exitCodes)[number]['code'];

/** What to do next; empty when there is nothing to say. */
export const adviceFor = (code: number): string => exitCodes.find((row) => row.code === code)?.advice ?? '';
