import type { Session, Statement } from '../database/database.ts';
import { Problem } from '../errors.ts';

/** Columns that only our migrations add to the predecessor's table. */
const ourColumns: Statement = {
  mysql: `SELECT COUNT(*) AS found FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'funnel_entries'
      AND column_name IN ('test_completed_at', 'source')`,
  sqlite: `SELECT COUNT(*) AS found FROM pragma_table_info('funnel_entries')
    WHERE name IN ('test_completed_at', 'source')`,
};

/** Whether funnel_entries is what our migrations have made of it, so that there has to be a history. Reads only. */
export async function hasOurColumns(session: Session): Promise<boolean> {
  const [columns] = await session.query<{ found: number }>(ourColumns);
  return columns?.found === 2;
}

/**
 * The Problem of a database that funnels has migrated and whose history does not show: the server hides a table from an
 * account without any right on it.
 */
export function hiddenHistory(session: Session): Problem {
  if (session.engine === 'sqlite') {
    return new Problem('data', 'funnel_entries was made by funnels, but the table funnels_migrations is missing.', {
      hint: 'Restore it from a backup: it says which migrations have been applied.',
    });
  }
  const what = 'funnel_entries was made by funnels, but this account cannot see funnels_migrations.';
  return new Problem('data', what, {
    hint: 'Grant the account SELECT on funnels_migrations. If the table is gone, restore it from a backup.',
  });
}
