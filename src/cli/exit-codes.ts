/** Every exit code with its meaning and the advice printed with it; docs/reference/exit-codes.md is made from this table. */

export interface ExitCode {
  readonly code: number;
  readonly name: string;
  /** What it means, for each command that can end with it. */
  readonly means: Readonly<Partial<Record<CommandName, string>>>;
  /** What to do next; printed where it helps. */
  readonly advice: string;
}

export type CommandName = 'serve' | 'reload' | 'restart' | 'status' | 'stop' | 'check' | 'tools';

export const exitCodes: readonly ExitCode[] = [
  {
    code: 0,
    name: 'done',
    means: {
      serve: 'ended cleanly',
      reload: 'all that changed is in force, nothing had changed, or there was no file to read again',
      restart: 'the next generation serves',
      status: 'running',
      stop: 'stopped, or nothing was running',
      check: 'valid',
      tools: 'printed',
    },
    advice: '',
  },
  {
    code: 1,
    name: 'failed',
    means: {
      serve: 'could not start or ended on an error',
      reload: 'failed unexpectedly',
      restart: 'failed unexpectedly',
      status: 'dead, but its PID file is there',
      stop: 'failed',
      check: 'failed unexpectedly',
    },
    advice: "Look at the server's log. `zscaler-mcp status` shows what runs; `zscaler-mcp stop` removes what a dead server left behind.",
  },
  {
    code: 2,
    name: 'wrong usage',
    means: {
      serve: 'wrong usage',
      reload: 'wrong usage, or not supported on Windows',
      restart: 'wrong usage, or not supported on Windows',
      status: 'wrong usage',
      stop: 'wrong usage',
      check: 'wrong usage',
      tools: 'wrong usage',
    },
    advice: 'See `zscaler-mcp --help`.',
  },
  {
    code: 3,
    name: 'restart pending, or not running',
    means: { reload: 'valid and applied, but some changes wait for a restart', status: 'not running' },
    advice: 'Run `zscaler-mcp restart` to apply what waits.',
  },
  {
    code: 4,
    name: 'refused',
    means: {
      serve: 'the configuration is invalid, or the PID file cannot be used',
      reload: 'configuration invalid, another generation than expected, or PID file unusable; nothing changed, the server runs on',
      restart:
        'configuration invalid, rehearsal failed, another generation than expected, or PID file unusable; nothing changed, the server runs on',
      status: 'PID file unusable: state unknown',
      stop: 'PID file unusable; nobody was signalled',
      check: 'invalid',
      tools: 'the configuration is invalid',
    },
    advice: 'Mend what is named above; `zscaler-mcp check` tries a configuration without touching the server.',
  },
  {
    code: 5,
    name: 'rolled back',
    means: { restart: 'the new generation failed, the former one is back' },
    advice: 'The former generation serves on. Mend what is named above and restart again.',
  },
  {
    code: 6,
    name: 'timed out',
    means: { reload: 'timed out: outcome unknown', restart: 'timed out: outcome unknown', stop: 'timed out, still running' },
    advice: 'Look with `zscaler-mcp status`, and give more time with --timeout.',
  },
  {
    code: 7,
    name: 'not running',
    means: { reload: 'not running', restart: 'not running' },
    advice: 'If the server runs elsewhere, name its PID file with --pid-file, or run the command inside its container.',
  },
  {
    code: 75,
    name: 'busy',
    means: {
      reload: 'another command holds the lock; nothing was asked',
      restart: 'another command holds the lock; nothing was asked',
    },
    advice: 'Try again when the other command has finished.',
  },
  {
    code: 77,
    name: 'not permitted',
    means: {
      reload: "another user's server or file",
      restart: "another user's server or file",
      status: "another user's server or file",
      stop: "another user's server or file",
    },
    advice: '',
  },
  {
    code: 130,
    name: 'interrupted',
    means: { serve: 'a second SIGINT ended it at once' },
    advice: '',
  },
  {
    code: 143,
    name: 'terminated',
    means: { serve: 'a second SIGTERM ended it at once' },
    advice: '',
  },
];

export const adviceFor = (code: number): string => exitCodes.find((row) => row.code === code)?.advice ?? '';
