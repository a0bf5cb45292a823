/** What a client said when it opened a session or a pipe; repeating it opens the same again in another process. */
export interface Handshake {
  /** The parameters of `initialize`. */
  readonly initialize: unknown;
  /** Whether `notifications/initialized` followed. */
  initialized: boolean;
  /** Of the last `logging/setLevel`; null without one. */
  logLevel: string | null;
}
