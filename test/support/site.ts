import type { SqlValue, TestDatabase } from './test-databases.ts';

/** How the site's tables are made; the real ones differ in all of this. */
export interface SiteOptions {
  /** put before every table's name */
  prefix?: string;
  /** MySQL only: the schema of the site's tables, when it is another one; must exist */
  schema?: string;
  /** MySQL only: for example 'latin1' or 'utf8mb3' */
  charset?: string;
}

/** The site of a test: its MODX tables, and the things that happen there. Dates are 'YYYY-MM-DD HH:MM:SS'. */
export interface TestSite {
  /** a test of the site; with languages it is a language test, a row for each */
  addTest(id: number, ...languages: number[]): Promise<void>;
  /** somebody finished a test; returns the row's id */
  finish(email: string | null, testId: number | null, at: string | null): Promise<number>;
  /** somebody paid (2) for a certificate of type 1 (language) or 2 (other), or not yet (another status); returns the payment's id */
  pay(email: string, type: 1 | 2, at: string | null, status?: number): Promise<number>;
}

/** Languages 1 to 3 exist; a LangId beyond them makes a test a non-language one. */
const languages = [1, 2, 3];

/** Makes the site's tables in `database`, with language tests 5 and 6, and tests 7 and 8 that are not. */
export async function createSite(database: TestDatabase, options: SiteOptions = {}): Promise<TestSite> {
  const { prefix = '', schema, charset = 'utf8mb4' } = options;
  const isMysql = database.engine === 'mysql';
  const table = (name: string): string => `${schema === undefined ? '' : `\`${schema}\`.`}\`${prefix}${name}\``;
  const end = isMysql ? `ENGINE=InnoDB DEFAULT CHARSET=${charset}` : '';
  const create = (name: string, columns: string): Promise<unknown> =>
    database.admin(`CREATE TABLE ${table(name)} (${columns}) ${end}`);
  await create(
    'simpletest_users',
    'Id BIGINT PRIMARY KEY, Email VARCHAR(400), TestId BIGINT, Datep DATETIME, Status INT',
  );
  await database.admin(`CREATE INDEX ${prefix}datep ON ${table('simpletest_users')} (Datep)`);
  await create('simpletest_test', 'Id BIGINT, LangId INT');
  await create('simpletest_lang', 'Id INT PRIMARY KEY');
  await create(
    'modx_cert_payment',
    'id BIGINT PRIMARY KEY, id_result BIGINT, id_status INT, datetime_payment DATETIME',
  );
  await create('modx_cert_result', 'id BIGINT PRIMARY KEY, id_user BIGINT, id_test BIGINT');
  await create('modx_cert_users', 'id BIGINT PRIMARY KEY, email VARCHAR(400)');
  await create('modx_cert_test', 'id BIGINT PRIMARY KEY, type INT');
  const insert = (name: string, ...values: SqlValue[]): Promise<unknown> =>
    database.admin(`INSERT INTO ${table(name)} VALUES (${values.map(() => '?').join(', ')})`, values);
  for (const id of languages) await insert('simpletest_lang', id);
  for (const type of [1, 2]) await insert('modx_cert_test', type, type);
  let lastResult = 0;
  let lastPayment = 0;
  const site: TestSite = {
    async addTest(id, ...spoken) {
      for (const language of spoken.length > 0 ? spoken : [99]) await insert('simpletest_test', id, language);
    },
    async finish(email, testId, at) {
      lastResult += 1;
      await insert('simpletest_users', lastResult, email, testId, at, 1);
      return lastResult;
    },
    async pay(email, type, at, status = 2) {
      lastPayment += 1;
      await insert('modx_cert_users', lastPayment, email);
      await insert('modx_cert_result', lastPayment, lastPayment, type);
      await insert('modx_cert_payment', lastPayment, lastPayment, status, at);
      return lastPayment;
    },
  };
  await site.addTest(5, 1);
  await site.addTest(6, 2, 3);
  await site.addTest(7);
  await site.addTest(8, 98);
  return site;
}

/** A moment `seconds` before now (after, when negative) by the database's clock. */
export async function ago(database: TestDatabase, seconds: number): Promise<string> {
  const [row] = await database.admin<{ moment: string }>(
    database.engine === 'mysql'
      ? 'SELECT CAST(NOW() - INTERVAL ? SECOND AS DATETIME) AS moment'
      : "SELECT datetime('now', CAST(? AS INTEGER) || ' seconds') AS moment",
    [database.engine === 'mysql' ? seconds : -seconds],
  );
  if (row === undefined) throw new Error('The database did not tell the time.');
  return row.moment.slice(0, 19);
}
