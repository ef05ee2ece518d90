import type { Connection, ResultSetHeader } from 'mysql2/promise';
import { type Database, DatabaseProblem, type Parameter, type Session, type Statement, textFor } from './database.ts';
import { connectTo, cut } from './mysql-connect.ts';
import { explainMysqlError, packetTooLarge } from './mysql-errors.ts';
import { eachMysqlRow } from './mysql-rows.ts';
import { type SessionFacts, setUpSession } from './mysql-session.ts';
import { type MysqlTarget, nameOf } from './mysql-target.ts';
import { Patience } from './patience.ts';
import { withRetries } from './retry.ts';
import { Turns } from './turns.ts';
import { within } from './within.ts';

/** How much longer than the server the client waits before it gives a silent connection up. */
const networkGraceSeconds = 10;

/** The MariaDB/MySQL engine: one connection, made at the first use and made anew after it was lost. */
export class MysqlDatabase implements Database {
  readonly engine = 'mysql';
  readonly #target: MysqlTarget;
  readonly #access: 'read-only' | 'read-write';
  readonly #turns = new Turns();
  readonly #patience: Patience;
  #connection: Connection | undefined;
  #facts: SessionFacts = { longestPacket: Number.POSITIVE_INFINITY };
  #state: 'new' | 'used' | 'closed' = 'new';

  constructor(target: MysqlTarget, access: 'read-only' | 'read-write') {
    this.#target = target;
    this.#access = access;
    this.#patience = new Patience(nameOf(target));
  }

  query<Row extends object>(statement: Statement, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.#take(() => this.#withRetries(() => this.#query<Row>(statement, parameters)));
  }

  each<Row extends object>(
    statement: Statement,
    parameters: readonly Parameter[],
    visit: (row: Row) => void,
  ): Promise<void> {
    return this.#take(() => this.#each(statement, parameters, visit));
  }

  execute(statement: Statement, parameters: readonly Parameter[] = []): Promise<{ affected: number }> {
    return this.#take(() => this.#execute(statement, parameters));
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#take(() => this.#withRetries(() => this.#attempt(work)));
  }

  define(statement: string): Promise<void> {
    return this.#take(async () => {
      if (this.#state === 'used' && this.#connection === undefined) throw this.#lostBefore();
      await this.#send((connection) => connection.query(statement));
    });
  }

  hurry(seconds: number): void {
    // Before the first connection nothing has been done that would have to be finished.
    this.#patience.hurry(this.#state === 'new' ? 0 : seconds);
  }

  async close(): Promise<void> {
    await this.#turns.take(async () => {
      const connection = this.#connection;
      this.#connection = undefined;
      this.#state = 'closed';
      if (connection === undefined) return;
      await connection.end().catch(() => undefined);
      // The goodbye is sent. A server that does not take it would keep the socket open, and with it the process.
      cut(connection);
    });
  }

  #take<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(() => this.#patience.during(work));
  }

  #withRetries<Result>(work: () => Promise<Result>): Promise<Result> {
    return withRetries(work, this.#patience.signal);
  }

  async #attempt<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const own = await this.#send(async (connection) => {
      await connection.query('START TRANSACTION');
      return connection;
    });
    // After a loss the rest of the work must not go to a new connection: it would be committed there piece by piece.
    const inside = <Answer>(call: () => Promise<Answer>): Promise<Answer> =>
      this.#connection === own ? call() : Promise.reject(this.#lostBefore());
    try {
      const result = await work({
        engine: this.engine,
        query: (statement, parameters = []) => inside(() => this.#query(statement, parameters)),
        each: (statement, parameters, visit) => inside(() => this.#each(statement, parameters, visit)),
        execute: (statement, parameters = []) => inside(() => this.#execute(statement, parameters)),
      });
      await inside(() => this.#send((connection) => connection.query('COMMIT')));
      return result;
    } catch (error) {
      await this.#rollBack();
      throw error;
    }
  }

  async #rollBack(): Promise<void> {
    // A lost connection has rolled back by itself; opening a new one only to say so would hide the first error.
    const connection = this.#connection;
    if (connection === undefined) return;
    const end = (): void => cut(connection);
    const { signal } = this.#patience;
    await within(this.#longestWait, signal, end, () => connection.query('ROLLBACK')).catch(() => this.#forget());
  }

  async #query<Row extends object>(statement: Statement, parameters: readonly Parameter[]): Promise<Row[]> {
    return (await this.#run(statement, parameters)) as Row[];
  }

  #each<Row extends object>(
    statement: Statement,
    parameters: readonly Parameter[],
    visit: (row: Row) => void,
  ): Promise<void> {
    const sql = textFor(statement, this.engine);
    return this.#send((connection) => eachMysqlRow(connection, sql, parameters, (row) => visit(row as Row)));
  }

  async #execute(statement: Statement, parameters: readonly Parameter[]): Promise<{ affected: number }> {
    const header = (await this.#run(statement, parameters)) as ResultSetHeader;
    return { affected: header.affectedRows };
  }

  #run(statement: Statement, parameters: readonly Parameter[]): Promise<unknown> {
    const sql = textFor(statement, this.engine);
    return this.#send(async (connection) => {
      // The server would end the connection in the middle of it, which looks like an outage.
      const problem = packetTooLarge(parameters, this.#facts.longestPacket, nameOf(this.#target));
      if (problem !== undefined) throw problem;
      return (await connection.execute(sql, [...parameters]))[0];
    });
  }

  /** The longest wait for an answer in seconds; 0 where statements may take as long as they need. */
  get #longestWait(): number {
    const { statementTimeoutSeconds: seconds } = this.#target;
    return seconds === 0 ? 0 : seconds + networkGraceSeconds;
  }

  async #send<Result>(call: (connection: Connection) => Promise<Result>): Promise<Result> {
    if (this.#state === 'closed') throw new Error('A statement was sent to a database that is closed already.');
    try {
      this.#connection ??= await this.#connect();
      this.#state = 'used';
      const connection = this.#connection;
      return await within(
        this.#longestWait,
        this.#patience.signal,
        () => cut(connection),
        () => call(connection),
      );
    } catch (error) {
      const problem = explainMysqlError(error, this.#target);
      if (!(problem instanceof DatabaseProblem) || problem.reason !== 'lost_connection') throw problem;
      this.#forget();
      if (this.#state === 'used') throw problem;
      // Whoever cannot be reached at all is told so at once; only what worked before is waited for.
      const { kind, message, hint, cause } = problem;
      throw new DatabaseProblem('unreachable', kind, message, hint === undefined ? { cause } : { cause, hint });
    }
  }

  #lostBefore(): DatabaseProblem {
    const what = `${nameOf(this.#target)} cannot be reached: the connection was lost before the statement was sent.`;
    return new DatabaseProblem('lost_connection', 'temporary', what, { hint: 'Run it again.' });
  }

  async #connect(): Promise<Connection> {
    const { signal } = this.#patience;
    const connection = await connectTo(this.#target, signal);
    // The next statement goes to a new connection. Not destroyed here: the driver would take the end for one that we
    // wanted, and a statement under way would never learn that it is lost.
    const lost = (): void => {
      if (this.#connection === connection) this.#connection = undefined;
    };
    connection.on('error', lost).on('end', lost);
    const seconds = this.#target.connectTimeoutSeconds + networkGraceSeconds;
    const end = (): void => cut(connection);
    try {
      this.#facts = await within(seconds, signal, end, () => setUpSession(connection, this.#target, this.#access));
      return connection;
    } catch (error) {
      cut(connection);
      throw error;
    }
  }

  #forget(): void {
    if (this.#connection !== undefined) cut(this.#connection);
    this.#connection = undefined;
  }
}
