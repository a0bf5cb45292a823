/** What the readers of secrets managers have in common: options, results, errors. */
import { ZscalerMcpError } from '../common/errors.ts';

/** What a secrets manager holds. */
export interface SecretsReading {
  /** Manager and place in it, in words for people. */
  readonly place: string;
  /** By name of the setting. */
  readonly values: Readonly<Record<string, string>>;
}

/** What every reader is given. */
export interface ReaderOptions {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  readonly fetch: FetchSecrets;
}

/** One request; redirects are not followed. */
export type FetchSecrets = (
  url: string,
  request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number; readonly headers: { get(name: string): string | null }; text(): Promise<string> }>;

/** It answered, and nothing will be better next time. The text must not hold anything of what was read. */
export const unreadable = (message: string, hint: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_SECRETS_UNREADABLE', message, { hint });

/** It did not answer, or not now. */
export const unreachable = (message: string, hint: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_SECRETS_UNREACHABLE', message, { hint });

/** An SDK that is installed by whoever needs it. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE when it is not */
export async function loadSdk<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : `cannot be loaded (${code ?? (error as Error).name})`;
    throw unreadable(
      `the package ${name} ${why}, and reading this secrets manager needs it`,
      `Install it beside zscaler-mcp: npm install ${name}`,
    );
  }
}
