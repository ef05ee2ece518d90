import type { Engine, Id, Session } from '../database/database.ts';
import type { EntriesTable } from './duplicate-table.ts';

/** An entry that may be part of a group. `address` is its normal form, as the database finds it for plain addresses. */
export interface EntryRow {
  id: Id;
  email: string;
  funnelType: string;
  /** 0 where the test was not recorded */
  testId: Id;
  enteredAt: string;
  purchased: number | string;
  purchasedAt: string | null;
}

/** An entry whose normal form the database could tell. */
export interface PlainRow extends EntryRow {
  address: string;
}

// Whatever the column's character set and collation: its text, compared letter by letter.
const email = { mysql: 'CONVERT(email USING utf8mb4) COLLATE utf8mb4_bin', sqlite: 'email' };
// MySQL compares without spaces at the end (PAD SPACE), so that to the unique key 'language ' is 'language'.
const funnel = { mysql: 'RTRIM(CONVERT(funnel_type USING utf8mb4)) COLLATE utf8mb4_bin', sqlite: 'funnel_type' };
const test = 'COALESCE(test_id, 0)';

const columns = (
  { hasPurchases }: EntriesTable,
  engine: Engine,
): string => `id, email, ${funnel[engine]} AS funnelType, ${test} AS testId,
    entered_at AS enteredAt, ${hasPurchases ? 'certificate_purchased' : '0'} AS purchased,
    ${hasPurchases ? 'certificate_purchased_at' : 'NULL'} AS purchasedAt`;

/** The normal form of an address of printable ASCII and spaces; see foldAddress, which alone knows the others'. */
const address = { mysql: `LOWER(TRIM(${email.mysql}))`, sqlite: 'LOWER(TRIM(email))' };

/** What people paste around an address, as far as it is ASCII: `mailto:`, angle brackets and a dot behind it. */
const wrapping = { mysql: '[<>:]|[.] *$', sqlite: "email GLOB '*[<>:]*' OR RTRIM(email) GLOB '*.'" };

/** Addresses that only foldAddress knows what to do with: with a letter that is not ASCII, a control character, or wrapped. */
const isOdd = {
  mysql: `${email.mysql} REGEXP '[^ -~]|${wrapping.mysql}'`,
  sqlite: `(email GLOB '*[^ -~]*' OR ${wrapping.sqlite})`,
};

/** The same, and those that have a capital letter or a space: all that are not in their normal form already. Under a unique key that
 * does not pad, spaces after the funnel count as well. */
const isMessy = {
  mysql: `(${email.mysql} REGEXP '[^!-@\\\\[-~]|${wrapping.mysql}' OR CONVERT(funnel_type USING utf8mb4) LIKE '% ')`,
  sqlite: `(email GLOB '*[^!-@[-~]*' OR ${wrapping.sqlite})`,
};

const wanted = {
  mysql: `JSON_TABLE(?, '$[*]' COLUMNS (
        address VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.address',
        funnel_type VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnelType',
        test_id VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.testId')) j`,
  sqlite: `(SELECT value ->> 'address' AS address, value ->> 'funnelType' AS funnel_type,
        CAST(value ->> 'testId' AS INTEGER) AS test_id FROM json_each(?)) j`,
};

// 4 bytes stand for an entry, so that the server groups millions of them in little memory, three times as fast as by
// the columns themselves. Entries that share them by chance are told apart by whoever reads the rows.
const digest = `CRC32(CONCAT(${address.mysql}, '\\n', ${funnel.mysql}, '\\n', ${test}))`;
const same = { mysql: digest, sqlite: `(${address.sqlite}, funnel_type, ${test})` };
const shared = {
  mysql: `SELECT digest FROM (
      SELECT ${digest} AS digest FROM funnel_entries WHERE email IS NOT NULL GROUP BY digest HAVING COUNT(*) > 1) AS often`,
  sqlite: `SELECT ${address.sqlite}, funnel_type, ${test} FROM funnel_entries GROUP BY 1, 2, 3 HAVING COUNT(*) > 1`,
};

const sharedRows = (
  table: EntriesTable,
  engine: Engine,
): string => `SELECT ${columns(table, engine)}, ${address[engine]} AS address
  FROM funnel_entries WHERE ${same[engine]} IN (${shared[engine]}) AND NOT (${isOdd[engine]})
  ORDER BY ${address[engine]}, ${funnel[engine]}, ${test}, id`;

const others = {
  mysql: `SELECT CRC32(CONCAT(j.address, '\\n', j.funnel_type, '\\n', j.test_id)) FROM ${wanted.mysql}`,
  sqlite: `SELECT j.address, j.funnel_type, j.test_id FROM ${wanted.sqlite}`,
};

const otherRows = (
  table: EntriesTable,
  engine: Engine,
): string => `SELECT ${columns(table, engine)}, ${address[engine]} AS address
  FROM funnel_entries WHERE ${same[engine]} IN (${others[engine]}) AND NOT (${isOdd[engine]})`;

// With the unique key, whose index leads to them.
const cleanRows = (table: EntriesTable, engine: Engine): string => `SELECT ${columns(table, engine)}, email AS address
  FROM funnel_entries WHERE email IN (SELECT j.address FROM ${wanted[engine]}) AND NOT (${isMessy[engine]})`;

const suspects = (table: EntriesTable, engine: Engine): string => `SELECT ${columns(table, engine)} FROM funnel_entries
  WHERE ${table.isUnique ? isMessy[engine] : isOdd[engine]}`;

/**
 * The entries whose normal form the database cannot tell, in no order; under a unique key all that are not in their
 * normal form. The table is read once inside the server, and only these rows leave it.
 */
export function eachSuspect(session: Session, table: EntriesTable, visit: (row: EntryRow) => void): Promise<void> {
  return session.each(suspects(table, session.engine), [], visit);
}

/** What makes two entries the same, with the address in its normal form. */
export interface Identity {
  address: string;
  funnelType: string;
  testId: Id;
}

/**
 * The other entries that share address, funnel and test with one of `identities`, and by chance some more, in no order.
 */
export function eachOther(
  session: Session,
  table: EntriesTable,
  identities: readonly Identity[],
  visit: (row: PlainRow) => void,
): Promise<void> {
  if (identities.length === 0) return Promise.resolve();
  const rows = table.isUnique ? cleanRows : otherRows;
  return session.each(rows(table, session.engine), [JSON.stringify(identities)], visit);
}

/**
 * All entries but the suspects that share address, funnel and test with another one, those of one group one after
 * another; by chance some that share them with nobody. None under a unique key.
 */
export function eachShared(session: Session, table: EntriesTable, visit: (row: PlainRow) => void): Promise<void> {
  return table.isUnique ? Promise.resolve() : session.each(sharedRows(table, session.engine), [], visit);
}
