import { Buffer } from 'node:buffer';
import type { Database } from '../../src/database/database.ts';
import { type ClickedReport, countClicks } from '../../src/report/clicks.ts';
import type { ClickScope } from '../../src/report/clicks-entries.ts';
import type { ClickStage } from '../../src/report/clicks-result.ts';
import { followUp } from '../../src/report/scope.ts';
import type { SqlValue, TestDatabase } from '../support/test-databases.ts';

export const campaigns = { language: 'language_funnel', non_language: 'non_language_funnel' };

/** All entries, clicks and purchases. */
export const everything: ClickScope = {
  from: '0000-01-01 00:00:00',
  until: '9999-12-31 23:59:59',
  funnel: '',
  knownUntil: '9999-12-31 23:59:59',
  columns: followUp,
};

/** An entry as its row is; null: not bought, undefined: bought, but nobody knows when. */
export interface Entered {
  email: string;
  funnel: string;
  test: number;
  at: string;
  boughtAt: string | null | undefined;
}

/** Makes the table hold exactly these entries. */
export async function fill(database: TestDatabase, entries: readonly Entered[]): Promise<void> {
  await database.admin('DELETE FROM funnel_entries');
  for (const { email, funnel, test, at, boughtAt } of entries) {
    const values: SqlValue[] = [email, funnel, test, at, boughtAt === null ? 0 : 1, boughtAt ?? null];
    await database.admin(
      `INSERT INTO funnel_entries (email, funnel_type, test_id, entered_at, certificate_purchased,
          certificate_purchased_at) VALUES (?, ?, ?, ?, ?, ?)`,
      values,
    );
  }
}

/** Counts the clicks of an export in the read-only session of reports; by default all entries count. */
export function clicksOf(
  database: Database,
  csv: string | Buffer,
  report: Partial<ClickedReport> = {},
): Promise<ClickStage> {
  const source = {
    name: 'clicks.csv',
    // In small pieces, as a pipe may bring them.
    async *open() {
      const bytes = Buffer.from(csv);
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
  };
  const rows = ['language', 'non_language'].map((funnel) => ({ funnel, entries: 0, purchased: 0 }));
  return database.transaction((session) =>
    countClicks(
      session,
      { source, campaigns, columns: {} },
      { scope: everything, timezone: undefined, rows, ...report },
    ),
  );
}
