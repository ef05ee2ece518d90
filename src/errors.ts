/**
 * What went wrong, seen from the person who has to act on it. `src/cli/exit-codes.ts` maps each kind to the
 * process's exit code; anything that is not a Problem is a bug of ours.
 */
export type ProblemKind =
  /** the command line is wrong */
  | 'usage'
  /** data or schema is not as it has to be */
  | 'data'
  /** Brevo does not answer */
  | 'unavailable'
  /** try again later: database down, lock held, rate limited, disk full */
  | 'temporary'
  /** Brevo, the database or the file system refused us */
  | 'refused'
  /** a setting is missing or wrong */
  | 'configuration'
  /** somebody stopped it: with Ctrl-C, with another signal */
  | 'interrupted'
  | 'terminated';

/** An expected failure: `message` says what happened to what, `hint` what to do next. Never holds a secret. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly hint: string | undefined;

  constructor(kind: ProblemKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.kind = kind;
    this.hint = options.hint;
  }
}

/** The message of anything thrown, with the first inner message of an AggregateError that has none of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) {
    return messageOf(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}
