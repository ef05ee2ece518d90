import type { Session, Statement } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import { Problem } from '../errors.ts';

/** What has to be known of a table that nobody has migrated yet. */
export interface EntriesTable {
  /** the database itself rules out entries that are equal in every byte */
  isUnique: boolean;
  /** it says who bought */
  hasPurchases: boolean;
}

const neededColumns = ['id', 'email', 'funnel_type', 'test_id', 'entered_at'] as const;
const purchaseColumns = ['certificate_purchased', 'certificate_purchased_at'] as const;

const selectColumns: Statement = {
  mysql: `SELECT LOWER(column_name) AS name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'funnel_entries'`,
  sqlite: `SELECT LOWER(name) AS name FROM pragma_table_info('funnel_entries')`,
};

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

/** Looks at the table before its rows are read; a data Problem when it is missing, or cannot be the funnels'. */
export async function describeEntries(session: Session): Promise<EntriesTable> {
  if (!(await hasTable(session, 'funnel_entries'))) {
    throw new Problem('data', 'There is no table funnel_entries in this database.', {
      hint: 'Check database.url; on a new database run: funnels migrate',
    });
  }
  const columns = new Set((await session.query<{ name: string }>(selectColumns)).map(({ name }) => name));
  const missing = neededColumns.filter((column) => !columns.has(column));
  if (missing.length > 0) {
    throw notPredecessors(
      ['funnel_entries'],
      missing.map((column) => `funnel_entries.${column}`),
    );
  }
  const [keys] = await session.query<{ found: number }>(uniqueKeys);
  const hasPurchases = purchaseColumns.every((column) => columns.has(column));
  return { isUnique: keys !== undefined && keys.found > 0, hasPurchases };
}

/** The Problem of tables that have our names, and not what ours and the predecessor's have. */
export function notPredecessors(tables: readonly string[], missing: readonly string[]): Problem {
  const verb = missing.length === 1 ? 'is' : 'are';
  const what = `${tables.join(' and ')} cannot be the predecessor's: ${missing.join(', ')} ${verb} missing.`;
  return new Problem('data', what, { hint: 'Check database.url, or rename the tables that are in the way.' });
}
