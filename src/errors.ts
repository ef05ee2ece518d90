import { foreign } from './secrets.ts';

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

/** An expected failure: `message` says what happened to what, `hint` what to do next. What they quote of others goes through `foreign`. */
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

/** A text ended as a sentence is, by one full stop, whatever it brought along. */
export function sentence(text: string): string {
  const bare = text.trimEnd();
  return /[.!?…]$/.test(bare) ? bare : `${bare}.`;
}

/**
 * The message of anything thrown, as it may stand in a message of ours: a Problem's as it is, any other with secrets
 * masked, for it came from outside. An AggregateError without a message has that of its first inner error.
 */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) {
    return messageOf(error.errors[0]);
  }
  if (error instanceof Problem) return error.message;
  return foreign(error instanceof Error ? error.message : String(error));
}
