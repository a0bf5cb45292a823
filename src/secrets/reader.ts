/** Options, results and errors that all readers of secrets managers share. */
import { ZscalerMcpError } from '../common/errors.ts';

/** What was read from a secrets manager. */
export interface SecretsReading {
  /** The manager and the secret in it, for people. */
  readonly place: string;
  /** Raw values by setting name. */
  readonly values: Readonly<Record<string, string>>;
}

/** Options of every reader. */
export interface ReaderOptions {
  /** Aborts when the time limit is reached. */
  readonly signal: AbortSignal;
  readonly fetch: FetchSecrets;
}

/** Makes one HTTP request; redirects are not followed. */
export type FetchSecrets = (
  url: string,
  request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number; readonly headers: { get(name: string): string | null }; text(): Promise<string> }>;

/** An error for an answer that a retry would not change. The message must not contain anything that was read. */
export const unreadable = (message: string, hint: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_SECRETS_UNREADABLE', message, { hint });

/** An error for a manager that did not answer or is temporarily unavailable. */
export const unreachable = (message: string, hint: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_SECRETS_UNREACHABLE', message, { hint });

/** Loads an SDK, which is an optional dependency. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE if it is not installed */
export async function loadSdk<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : `cannot be loaded (${code ?? (error as Error).name})`;
    throw unreadable(
      `the package ${name} ${why}, which reading this secrets manager requires`,
      `Install it beside zscaler-mcp: npm install ${name}`,
    );
  }
}
