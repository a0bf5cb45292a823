/** Questions to people that wait for an answer. Before a restart or an end all of them are given up, for nobody could hear the answer. */
export class Questions {
  readonly #open = new Set<AbortController>();
  #closedFor: string | null = null;

  /** What `ask` came to, or why it came to nothing. The signal it gets ends with the call's, and with `close`. */
  async whileOpen<T>(call: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<{ value: T } | { fault: unknown }> {
    const giveUp = new AbortController();
    this.#open.add(giveUp);
    try {
      if (this.#closedFor !== null) return { fault: new Error(this.#closedFor) };
      const value = await ask(AbortSignal.any([call, giveUp.signal]));
      call.throwIfAborted();
      giveUp.signal.throwIfAborted();
      return { value };
    } catch (fault) {
      return { fault: giveUp.signal.aborted ? giveUp.signal.reason : fault };
    } finally {
      this.#open.delete(giveUp);
    }
  }

  /** Gives up what waits and asks nothing more. */
  close(why: string): void {
    this.#closedFor = why;
    for (const giveUp of this.#open) giveUp.abort(new Error(why));
  }

  /** Undoes `close`. */
  reopen(): void {
    this.#closedFor = null;
  }
}
