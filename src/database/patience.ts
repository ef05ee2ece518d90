import { DatabaseProblem } from './database.ts';

/**
 * How long a database is waited for. Without limit of its own until `hurry` is called, because somebody wants to stop:
 * from then on each piece of work has so many seconds in all, and with the first that gets no answer in them the
 * database is given up for good.
 */
export class Patience {
  readonly #where: string;
  readonly #end = new AbortController();
  #seconds: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isWorking = false;

  /** `where` names the database in messages. */
  constructor(where: string) {
    this.#where = where;
  }

  /** Aborted, with a DatabaseProblem of the reason `interrupted`, when the database is given up. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Whether somebody wants to stop. */
  get isShort(): boolean {
    return this.#seconds !== undefined;
  }

  /** From now on the work in hand, and each after it, has `seconds`; 0 gives the database up at once. */
  hurry(seconds: number): void {
    this.#seconds = seconds;
    if (seconds === 0) this.#giveUp();
    else if (this.#isWorking) this.#start();
  }

  /** Does a piece of work; rejects at once when the database has been given up. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.signal.throwIfAborted();
    this.#isWorking = true;
    if (this.isShort) this.#start();
    try {
      return await work();
    } finally {
      this.#isWorking = false;
      clearTimeout(this.#timer);
    }
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(), (this.#seconds ?? 0) * 1_000);
  }

  #giveUp(): void {
    const [what, hint] =
      this.#seconds === 0
        ? ['had not been reached yet, and was not waited for.', 'Nothing was asked of it. It is safe to run it again.']
        : [
            `gave no answer for ${this.#seconds} s and was not waited for any longer.`,
            'What it was asked last may still take effect there. It is safe to run it again.',
          ];
    this.#end.abort(new DatabaseProblem('interrupted', 'temporary', `${this.#where} ${what}`, { hint }));
  }
}
