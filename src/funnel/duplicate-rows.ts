import type { Engine, Id, Session, Statement } from '../database/database.ts';

/** What has to be known of a table that nobody has migrated yet. */
export interface EntriesTable {
  /** the database itself rules out entries that are equal in every byte */
  isUnique: boolean;
  /** it says who bought */
  hasPurchases: boolean;
}

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
const funnel = { mysql: 'CONVERT(funnel_type USING utf8mb4) COLLATE utf8mb4_bin', sqlite: 'funnel_type' };
const test = 'COALESCE(test_id, 0)';

const columns = ({ hasPurchases }: EntriesTable): string => `id, email, funnel_type AS funnelType, ${test} AS testId,
    entered_at AS enteredAt, ${hasPurchases ? 'certificate_purchased' : '0'} AS purchased,
    ${hasPurchases ? 'certificate_purchased_at' : 'NULL'} AS purchasedAt`;

/** The normal form of an address of printable ASCII and spaces; see foldAddress, which alone knows the others'. */
const address = { mysql: `LOWER(TRIM(${email.mysql}))`, sqlite: 'LOWER(TRIM(email))' };

/** Addresses with a letter that only foldAddress knows what to do with: not ASCII, or a control character. */
const isOdd = { mysql: `${email.mysql} REGEXP '[^ -~]'`, sqlite: "email GLOB '*[^ -~]*'" };

/** The same, and those that have a capital letter or a space: all that are not in their normal form already. */
const isMessy = { mysql: `${email.mysql} REGEXP '[^!-@\\\\[-~]'`, sqlite: "email GLOB '*[^!-@[-~]*'" };

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
): string => `SELECT ${columns(table)}, ${address[engine]} AS address
  FROM funnel_entries WHERE ${same[engine]} IN (${shared[engine]}) AND NOT (${isOdd[engine]})
  ORDER BY ${address[engine]}, ${funnel[engine]}, ${test}, id`;

const others = {
  mysql: `SELECT CRC32(CONCAT(j.address, '\\n', j.funnel_type, '\\n', j.test_id)) FROM ${wanted.mysql}`,
  sqlite: `SELECT j.address, j.funnel_type, j.test_id FROM ${wanted.sqlite}`,
};

const otherRows = (
  table: EntriesTable,
  engine: Engine,
): string => `SELECT ${columns(table)}, ${address[engine]} AS address
  FROM funnel_entries WHERE ${same[engine]} IN (${others[engine]}) AND NOT (${isOdd[engine]})`;

// With the unique key, whose index leads to them.
const cleanRows = (table: EntriesTable, engine: Engine): string => `SELECT ${columns(table)}, email AS address
  FROM funnel_entries WHERE email IN (SELECT j.address FROM ${wanted[engine]}) AND NOT (${isMessy[engine]})`;

const suspects = (table: EntriesTable, engine: Engine): string => `SELECT ${columns(table)} FROM funnel_entries
  WHERE ${table.isUnique ? isMessy[engine] : isOdd[engine]}`;

// The unique key of the guide, 1.1, by whatever name; column prefixes and a test_id that may be NULL weaken it.
const uniqueKeys: Statement = {
  mysql: `SELECT COUNT(*) AS found FROM (
      SELECT index_name FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = 'funnel_entries' AND non_unique = 0
      GROUP BY index_name
      HAVING GROUP_CONCAT(column_name ORDER BY seq_in_index) = 'email,funnel_type,test_id'
        AND COUNT(sub_part) = 0 AND SUM(nullable = 'YES') = 0) AS keys_of_entries`,
  sqlite: `SELECT COUNT(*) AS found FROM pragma_index_list('funnel_entries') l
    WHERE l."unique" = 1 AND l.partial = 0
      AND (SELECT GROUP_CONCAT(name) FROM pragma_index_info(l.name)) = 'email,funnel_type,test_id'
      AND EXISTS (SELECT 1 FROM pragma_table_info('funnel_entries') c WHERE c.name = 'test_id' AND c."notnull" = 1)`,
};

const purchaseColumns: Statement = {
  mysql: `SELECT COUNT(*) AS found FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'funnel_entries'
      AND column_name IN ('certificate_purchased', 'certificate_purchased_at')`,
  sqlite: `SELECT COUNT(*) AS found FROM pragma_table_info('funnel_entries')
    WHERE name IN ('certificate_purchased', 'certificate_purchased_at')`,
};

/** Looks at the table before its rows are read. */
export async function describeEntries(session: Session): Promise<EntriesTable> {
  const [keys] = await session.query<{ found: number }>(uniqueKeys);
  const [purchases] = await session.query<{ found: number }>(purchaseColumns);
  return { isUnique: keys !== undefined && keys.found > 0, hasPurchases: purchases?.found === 2 };
}

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
