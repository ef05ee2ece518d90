/** Gives out turns one after another, so that a transaction has its connection for itself. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything handed in before it has ended, however that ended. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
