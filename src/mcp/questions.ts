/** Questions to people that wait for an answer. They are withdrawn before a restart or stop, when the answer could not arrive. */
export class Questions {
  readonly #open = new Set<AbortController>();
  #closedFor: string | null = null;

  /** The result of `ask`, or the reason why there is none. Its signal is aborted with `call`, and by `close`. */
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

  /** Withdraws the questions that wait, and asks none from now on. */
  close(why: string): void {
    this.#closedFor = why;
    for (const giveUp of this.#open) giveUp.abort(new Error(why));
  }

  /** Undoes `close`. */
  reopen(): void {
    this.#closedFor = null;
  }
}
