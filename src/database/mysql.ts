import { type Connection, createConnection, type ResultSetHeader } from 'mysql2/promise';
import { type Database, type Parameter, type Session, type Statement, textFor } from './database.ts';
import { explainMysqlError } from './mysql-errors.ts';
import { checkServerVersion, connectionOptions, type MysqlTarget, nameOf, sessionStatements } from './mysql-session.ts';
import { isRepeatable, withRetries } from './retry.ts';
import { Turns } from './turns.ts';

/** How much longer than the server the client waits before it gives a silent connection up. */
const networkGraceSeconds = 10;

/** The MariaDB/MySQL engine: one connection, made at the first use and made anew after it was lost. */
export class MysqlDatabase implements Database {
  readonly engine = 'mysql';
  readonly #target: MysqlTarget;
  readonly #access: 'read-only' | 'read-write';
  readonly #turns = new Turns();
  #connection: Connection | undefined;

  constructor(target: MysqlTarget, access: 'read-only' | 'read-write') {
    this.#target = target;
    this.#access = access;
  }

  query<Row extends object>(statement: Statement, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.#turns.take(() => withRetries(() => this.#query<Row>(statement, parameters)));
  }

  execute(statement: Statement, parameters: readonly Parameter[] = []): Promise<{ affected: number }> {
    return this.#turns.take(() => this.#execute(statement, parameters));
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#turns.take(() => withRetries(() => this.#attempt(work)));
  }

  define(statement: string): Promise<void> {
    return this.#turns.take(async () => {
      await this.#send((connection) => connection.query(statement));
    });
  }

  async close(): Promise<void> {
    await this.#turns.take(async () => {
      const connection = this.#connection;
      this.#connection = undefined;
      await connection?.end().catch(() => connection.destroy());
    });
  }

  async #attempt<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    await this.#send((connection) => connection.query('START TRANSACTION'));
    try {
      const result = await work({
        engine: this.engine,
        query: (statement, parameters = []) => this.#query(statement, parameters),
        execute: (statement, parameters = []) => this.#execute(statement, parameters),
      });
      await this.#send((connection) => connection.query('COMMIT'));
      return result;
    } catch (error) {
      await this.#rollBack();
      throw error;
    }
  }

  async #rollBack(): Promise<void> {
    // A lost connection has rolled back by itself; opening a new one only to say so would hide the first error.
    await this.#connection?.query('ROLLBACK').catch(() => this.#forget());
  }

  async #query<Row extends object>(statement: Statement, parameters: readonly Parameter[]): Promise<Row[]> {
    return (await this.#run(statement, parameters)) as Row[];
  }

  async #execute(statement: Statement, parameters: readonly Parameter[]): Promise<{ affected: number }> {
    const header = (await this.#run(statement, parameters)) as ResultSetHeader;
    return { affected: header.affectedRows };
  }

  #run(statement: Statement, parameters: readonly Parameter[]): Promise<unknown> {
    const timeout = (this.#target.statementTimeoutSeconds + networkGraceSeconds) * 1000;
    const sql = textFor(statement, this.engine);
    return this.#send(async (connection) => (await connection.execute({ sql, timeout }, [...parameters]))[0]);
  }

  async #send<Result>(call: (connection: Connection) => Promise<Result>): Promise<Result> {
    try {
      this.#connection ??= await this.#connect();
      return await call(this.#connection);
    } catch (error) {
      const problem = explainMysqlError(error, nameOf(this.#target));
      if (isRepeatable(problem) && 'reason' in problem && problem.reason === 'lost_connection') this.#forget();
      throw problem;
    }
  }

  async #connect(): Promise<Connection> {
    const connection = await createConnection(connectionOptions(this.#target));
    // Without a listener an error between two statements would end the process; the next statement reports it.
    connection.on('error', () => undefined);
    try {
      const [rows] = await connection.query('SELECT VERSION() AS version');
      const { version } = (rows as { version: string }[])[0] ?? { version: '' };
      const isMariaDb = checkServerVersion(version, nameOf(this.#target));
      for (const { sql, parameters } of sessionStatements(this.#target, this.#access, isMariaDb)) {
        await connection.query(sql, parameters);
      }
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  #forget(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }
}
