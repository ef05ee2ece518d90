import { Problem } from '../errors.ts';

/** The two engines behind the port: MariaDB/MySQL over a connection, and the embedded SQLite. */
export type Engine = 'mysql' | 'sqlite';

/** A value bound to a `?`. Dates travel as 'YYYY-MM-DD HH:MM:SS' strings, batches as one JSON string. */
export type Parameter = string | number | bigint | null;

/** A whole statement with `?` parameters: one text for both engines, or the two variants side by side. */
export type Statement = string | { readonly mysql: string; readonly sqlite: string };

/** An identifier of a row: a number while it is exact in JavaScript, its decimal digits beyond 2^53. */
export type Id = number | string;

/** What can be done inside a transaction, and on the database itself (each call then commits by itself). */
export interface Session {
  readonly engine: Engine;
  /** All rows of a SELECT. Integers beyond 2^53 and DECIMALs come as strings, dates as strings. */
  query<Row extends object>(statement: Statement, parameters?: readonly Parameter[]): Promise<Row[]>;
  /** Hands each row of a SELECT to `visit` as it arrives and keeps none: for answers of any length. Never repeated. */
  each<Row extends object>(
    statement: Statement,
    parameters: readonly Parameter[],
    visit: (row: Row) => void,
  ): Promise<void>;
  /** Runs a statement that changes rows; `affected` counts the rows it inserted, changed or deleted. */
  execute(statement: Statement, parameters?: readonly Parameter[]): Promise<{ affected: number }>;
}

/** One connection. Calls are served one after another; while a transaction runs, everything else waits for it. */
export interface Database extends Session {
  /**
   * Runs `work` in one transaction. After a deadlock, a lock wait that ran out, a lost connection or a conflict at
   * COMMIT the whole work is run again (a bounded number of times, with jitter), so it must be safe to repeat even
   * when the COMMIT whose answer was lost did succeed. On a read-only database all of its queries see one snapshot.
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  /**
   * Runs DDL or a session setting as it stands, outside any transaction, waiting for its end however long that takes.
   * Never on another connection than the statement before: locks and settings of a lost one are gone, so that throws.
   */
  define(statement: string): Promise<void>;
  /**
   * To be called when somebody wants to stop (a signal): from now on each call has `seconds` for its answer, retries
   * included. The first that gets none in them is rejected with the reason `interrupted`, the connection is cut, and so is
   * every later call at once; a first connection that is still being made is not waited for at all.
   */
  hurry(seconds: number): void;
  /** Ends the connection for good, after everything handed in before; a second call does nothing. */
  close(): Promise<void>;
}

/** Why the database refused a statement, as far as callers act on it. */
export type DatabaseReason =
  /** a unique constraint decided against the row */
  | 'duplicate_key'
  /** deadlock, lock wait that ran out, certification conflict: the same work may succeed when repeated */
  | 'conflict'
  /** the connection is gone; whether the last statement took effect is unknown */
  | 'lost_connection'
  /** the first connection could not be made, so nothing has been done */
  | 'unreachable'
  /** given up because somebody wanted to stop; whether the last statement took effect is unknown */
  | 'interrupted'
  /** a table or a column is not there */
  | 'missing_table'
  | 'read_only'
  | 'denied'
  /** a row's fault: a value does not fit its column, a constraint or a trigger forbids it, or the batch is too large */
  | 'bad_value'
  | 'other';

/** A Problem that came from the database; `reason` is for callers, `kind` for the exit code. */
export class DatabaseProblem extends Problem {
  readonly reason: DatabaseReason;

  constructor(
    reason: DatabaseReason,
    kind: Problem['kind'],
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(kind, message, options);
    this.reason = reason;
  }
}

/** The text of a statement for one engine. */
export function textFor(statement: Statement, engine: Engine): string {
  return typeof statement === 'string' ? statement : statement[engine];
}
