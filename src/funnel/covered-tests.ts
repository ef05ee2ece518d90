import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Database, Id, Session, Statement } from '../database/database.ts';
import { type PastResult, readPastResults } from '../modx/past-results.ts';
import { type ModxTables, readingSite } from '../modx/tables.ts';
import { readAddress } from './address.ts';
import { type Candidate, funnelOf } from './candidate.ts';
import { coversUntil } from './coverage.ts';
import type { FunnelType } from './funnel-type.ts';
import { Identities } from './identities.ts';

/** Results that are read at a time, and entries. */
const pageSize = 10_000;
const entriesAtOnce = 2_000;

/** A test that an entry without a test number stands for. */
interface CoveredTest {
  entryId: Id;
  testId: Id;
  email: string;
  funnelType: FunnelType;
}

/** An entry without a test number, as it is when nobody has recorded its tests yet. */
interface OldEntry extends Omit<CoveredTest, 'testId'> {
  coversUntil: string;
  /** of the result that the entry was made for, where the site still has it */
  testId: Id | null;
}

const isUnrecorded = 'e.test_id = 0 AND e.covers_until IS NULL';

const newestEntry = 'SELECT COALESCE(MAX(id), 0) AS id FROM funnel_entries';

// In a subquery of its own: MySQL refuses to lock what JSON_TABLE has made.
const mysqlResults = `(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType',
      test_id BIGINT PATH '$.testId', finished_at DATETIME PATH '$.finishedAt')) t) j`;

const sqliteResults = `(SELECT value ->> 'email' AS email, value ->> 'funnelType' AS funnel_type,
      CAST(value ->> 'testId' AS INTEGER) AS test_id, value ->> 'finishedAt' AS finished_at FROM json_each(?)) j`;

const finishedBy = (results: string, until: string): string => `SELECT DISTINCT e.id AS entryId, j.test_id AS testId,
    e.email AS email, e.funnel_type AS funnelType
  FROM ${results} JOIN funnel_entries e ON e.email = j.email AND e.funnel_type = j.funnel_type AND e.test_id = 0
  WHERE e.covers_until IS NULL AND e.id <= ? AND j.finished_at <= ${until}`;

const selectFinishedBy: Statement = {
  mysql: finishedBy(mysqlResults, coversUntil.mysql),
  sqlite: finishedBy(sqliteResults, coversUntil.sqlite),
};

const oldEntries = (tables: ModxTables): Statement => {
  const page = (until: string): string => `SELECT e.id AS entryId, e.email AS email, e.funnel_type AS funnelType,
      ${until} AS coversUntil, (SELECT MIN(u.TestId) FROM ${tables.finishedTests} u WHERE u.Id = e.user_id) AS testId
    FROM funnel_entries e WHERE e.id > ? AND e.id <= ? AND ${isUnrecorded} ORDER BY e.id LIMIT ?`;
  return { mysql: page(coversUntil.mysql), sqlite: page(coversUntil.sqlite) };
};

const mysqlTests = `(SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      entry_id BIGINT PATH '$.entryId', test_id BIGINT PATH '$.testId')) t) j`;

const sqliteTests = `(SELECT CAST(value ->> 'entryId' AS INTEGER) AS entry_id,
      CAST(value ->> 'testId' AS INTEGER) AS test_id FROM json_each(?)) j`;

// An entry that was deleted meanwhile covers nothing.
const insertTests = (tests: string): string => `INSERT INTO funnel_covered_tests (entry_id, test_id)
  SELECT e.id, j.test_id FROM ${tests} JOIN funnel_entries e ON e.id = j.entry_id WHERE j.test_id <> 0`;

const insertCovered: Statement = {
  mysql: `${insertTests(mysqlTests)} ON DUPLICATE KEY UPDATE funnel_covered_tests.test_id = funnel_covered_tests.test_id`,
  sqlite: `${insertTests(sqliteTests)} ON CONFLICT DO NOTHING`,
};

const markRecorded: Statement = {
  mysql: `UPDATE funnel_entries e JOIN (SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
      entry_id BIGINT PATH '$.entryId', covers_until DATETIME PATH '$.coversUntil')) t) j ON j.entry_id = e.id
    SET e.covers_until = j.covers_until WHERE ${isUnrecorded}`,
  sqlite: `UPDATE funnel_entries AS e SET covers_until = j.covers_until
    FROM (SELECT CAST(value ->> 'entryId' AS INTEGER) AS entry_id, value ->> 'coversUntil' AS covers_until
      FROM json_each(?)) j WHERE j.entry_id = e.id AND ${isUnrecorded}`,
};

/**
 * Finds out which tests the entries without a test number stand for: those of their funnel that their person had
 * finished by the last moment at which such an entry is known to have been made, and that of the result they name. The
 * site's results say so, however old they are, with their addresses in the normal form, which no SQL knows: so they are
 * read once, a page at a time, and what they say is kept.
 */
export class CoveredTests {
  readonly #database: Database;
  readonly #tables: ModxTables;
  readonly #signal: AbortSignal;
  /** what a dry run may not write */
  readonly #remembered: Identities | null;
  #isRemembered = false;

  constructor(
    database: Database,
    { tables, signal, dryRun }: { tables: ModxTables; signal: AbortSignal; dryRun: boolean },
  ) {
    this.#database = database;
    this.#tables = tables;
    this.#signal = signal;
    this.#remembered = dryRun ? new Identities() : null;
  }

  /** Whether a dry run has found that the candidate's test is covered; a real run asks the database. */
  has(candidate: Candidate): boolean {
    return this.#remembered?.has(personAndTest(candidate)) ?? false;
  }

  /**
   * Records the tests of all entries for which that has not been done; a dry run does so once, in memory. False when the
   * signal ended it before: nothing is then marked as recorded, and the next run begins anew.
   */
  async record(): Promise<boolean> {
    if (this.#isRemembered) return true;
    const [newest] = await this.#database.query<{ id: Id }>(newestEntry);
    const upTo = newest?.id ?? 0;
    let after: Id = -1;
    for (;;) {
      const page = await readingSite(() => readPastResults(this.#database, this.#tables, after, pageSize));
      await this.#recordResults(page, upTo);
      if (!(await this.#mayGoOn())) return false;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) break;
      after = last.id;
    }
    return this.#recordEntries(upTo);
  }

  /** The embedded engine never waits, so without this no signal would be heard. */
  async #mayGoOn(): Promise<boolean> {
    await eventLoopTurn();
    return !this.#signal.aborted;
  }

  async #recordResults(results: readonly PastResult[], upTo: Id): Promise<void> {
    const usable = results.flatMap(({ email, testId, finishedAt, isLanguageTest }) => {
      const reading = readAddress(email);
      return reading.ok
        ? [{ email: reading.address, funnelType: funnelOf({ isLanguageTest }), testId, finishedAt }]
        : [];
    });
    if (usable.length === 0) return;
    const tests = await this.#database.query<CoveredTest>(selectFinishedBy, [JSON.stringify(usable), upTo]);
    if (this.#remembered !== null) await this.#keep(this.#database, tests);
    else if (tests.length > 0) await this.#database.transaction((session) => this.#keep(session, tests));
  }

  /** What the entries themselves say, and that it is all recorded: last, so that a run that was killed begins anew. */
  async #recordEntries(upTo: Id): Promise<boolean> {
    let after: Id = -1;
    for (;;) {
      const page = await readingSite(() =>
        this.#database.query<OldEntry>(oldEntries(this.#tables), [after, upTo, entriesAtOnce]),
      );
      const named = page.flatMap((entry) => (entry.testId === null ? [] : [{ ...entry, testId: entry.testId }]));
      if (this.#remembered !== null) await this.#keep(this.#database, named);
      else if (page.length > 0) {
        await this.#database.transaction(async (session) => {
          await this.#keep(session, named);
          await session.execute(markRecorded, [
            JSON.stringify(page.map(({ entryId, coversUntil }) => ({ entryId, coversUntil }))),
          ]);
        });
      }
      const last = page.at(-1);
      if (last === undefined || page.length < entriesAtOnce) break;
      if (!(await this.#mayGoOn())) return false;
      after = last.entryId;
    }
    this.#isRemembered = this.#remembered !== null;
    return true;
  }

  async #keep(session: Session, tests: readonly CoveredTest[]): Promise<void> {
    if (tests.length === 0) return;
    if (this.#remembered !== null) {
      for (const test of tests) this.#remembered.add(personAndTest(test));
      return;
    }
    await session.execute(insertCovered, [JSON.stringify(tests.map(({ entryId, testId }) => ({ entryId, testId })))]);
  }
}

/** Without the funnel, which the site may change. */
function personAndTest({ email, testId }: Pick<Candidate, 'email' | 'testId'>): string {
  return `${testId} ${email}`;
}
