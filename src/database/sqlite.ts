import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Database, DatabaseProblem, type Parameter, type Session, type Statement, textFor } from './database.ts';
import { Patience } from './patience.ts';
import { withRetries } from './retry.ts';
import { explainSqliteError } from './sqlite-errors.ts';
import { Turns } from './turns.ts';

const busyTimeoutMs = 10_000;

/** The embedded engine: one file, one writer at a time. Its clock is UTC. */
export class SqliteDatabase implements Database {
  readonly engine = 'sqlite';
  readonly #path: string;
  readonly #begin: string;
  readonly #file: DatabaseSync;
  readonly #turns = new Turns();
  readonly #patience: Patience;
  readonly #prepared = new Map<string, StatementSync>();

  /**
   * Opens the file. When it is missing: with `create` it is made, or, read-only, an empty database stands in for it;
   * else that is a configuration Problem.
   */
  constructor(path: string, access: 'read-only' | 'read-write', create: boolean) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      throw new DatabaseProblem('other', 'configuration', `${path} is a folder and no database file.`, {
        hint: 'Write the path of the file itself into database.url.',
      });
    }
    const isMissing = found === undefined;
    if (isMissing && !create) {
      throw new DatabaseProblem('other', 'configuration', `There is no database file ${path}.`, {
        hint: 'Correct database.url, or run: funnels migrate',
      });
    }
    this.#path = path;
    this.#patience = new Patience(path);
    // IMMEDIATE: a deferred transaction that reads first cannot become a writer once somebody else has written.
    this.#begin = access === 'read-only' ? 'BEGIN' : 'BEGIN IMMEDIATE';
    this.#file = this.#explained(() => {
      const standsIn = isMissing && access === 'read-only';
      const file = new DatabaseSync(standsIn ? ':memory:' : path, {
        readOnly: access === 'read-only' && !standsIn,
        timeout: busyTimeoutMs,
        enableForeignKeyConstraints: true,
      });
      file.exec(access === 'read-only' ? 'PRAGMA query_only = 1' : 'PRAGMA journal_mode = WAL');
      return file;
    });
  }

  query<Row extends object>(statement: Statement, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.#take(async () => this.#query<Row>(statement, parameters));
  }

  each<Row extends object>(
    statement: Statement,
    parameters: readonly Parameter[],
    visit: (row: Row) => void,
  ): Promise<void> {
    return this.#take(async () => this.#each(statement, parameters, visit));
  }

  execute(statement: Statement, parameters: readonly Parameter[] = []): Promise<{ affected: number }> {
    return this.#take(async () => this.#execute(statement, parameters));
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#take(() => withRetries(() => this.#attempt(work), this.#patience.signal));
  }

  define(statement: string): Promise<void> {
    return this.#take(async () => this.#explained(() => this.#file.exec(statement)));
  }

  hurry(seconds: number): void {
    this.#patience.hurry(seconds);
  }

  async close(): Promise<void> {
    await this.#turns.take(async () => {
      this.#prepared.clear();
      if (this.#file.isOpen) this.#file.close();
    });
  }

  #take<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(() => this.#patience.during(work));
  }

  async #attempt<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    this.#explained(() => this.#file.exec(this.#begin));
    try {
      const result = await work({
        engine: this.engine,
        query: async (statement, parameters = []) => this.#query(statement, parameters),
        each: async (statement, parameters, visit) => this.#each(statement, parameters, visit),
        execute: async (statement, parameters = []) => this.#execute(statement, parameters),
      });
      this.#explained(() => this.#file.exec('COMMIT'));
      return result;
    } catch (error) {
      if (this.#file.isTransaction) this.#file.exec('ROLLBACK');
      throw error;
    }
  }

  #query<Row extends object>(statement: Statement, parameters: readonly Parameter[]): Row[] {
    return this.#explained(() => this.#prepare(statement).all(...parameters)).map(exactRow) as Row[];
  }

  #each<Row extends object>(statement: Statement, parameters: readonly Parameter[], visit: (row: Row) => void): void {
    this.#explained(() => {
      for (const row of this.#prepare(statement).iterate(...parameters)) visit(exactRow(row) as Row);
    });
  }

  #execute(statement: Statement, parameters: readonly Parameter[]): { affected: number } {
    const { changes } = this.#explained(() => this.#prepare(statement).run(...parameters));
    return { affected: Number(changes) };
  }

  #prepare(statement: Statement): StatementSync {
    const sql = textFor(statement, this.engine);
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      prepared = this.#file.prepare(sql);
      prepared.setReadBigInts(true);
      this.#prepared.set(sql, prepared);
    }
    return prepared;
  }

  #explained<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      throw explainSqliteError(error, this.#path);
    }
  }
}

/** Integers as numbers while those are exact, as their digits beyond: the same as the other engine gives. */
function exactRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const [key, value] of Object.entries(row)) {
    if (typeof value !== 'bigint') continue;
    const number = Number(value);
    row[key] = Number.isSafeInteger(number) ? number : value.toString();
  }
  return row;
}
