import { DatabaseProblem, type Engine, type Id, type Session } from '../database/database.ts';
import { Problem } from '../errors.ts';
import type { DuplicateGroup } from './duplicate-group.ts';

const begin = { mysql: 'START TRANSACTION;', sqlite: 'BEGIN IMMEDIATE;' } as const;

/** As migration 16 makes it: a database that is yet to be taken over does not have it. */
export const createRemovedDuplicates = {
  mysql: `CREATE TABLE IF NOT EXISTS
  funnel_removed_duplicates (entry_id BIGINT NOT NULL, entered_at DATETIME NOT NULL, PRIMARY KEY (entry_id, entered_at))
  ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  sqlite: `CREATE TABLE IF NOT EXISTS
  funnel_removed_duplicates (entry_id INTEGER NOT NULL, entered_at TEXT NOT NULL, PRIMARY KEY (entry_id, entered_at))`,
} as const;

/** Ids in one statement at most. */
const idsAtOnce = 1_000;

const anyJob = 'SELECT 1 AS found FROM brevo_sync_outbox LIMIT 1';

/** Whether there is an outbox, whose jobs have to follow the entries. A refused Problem when we may not look into it. */
export async function hasOutbox(session: Session): Promise<boolean> {
  try {
    await session.query(anyJob);
    return true;
  } catch (error) {
    if (error instanceof DatabaseProblem && error.reason === 'missing_table') return false;
    if (!(error instanceof DatabaseProblem) || error.reason !== 'denied') throw error;
    throw new Problem('refused', `Whether jobs refer to the entries cannot be told. ${error.message}`, {
      hint: 'Grant this account SELECT on brevo_sync_outbox, or use another one.',
      cause: error,
    });
  }
}

/**
 * What stands above the statements: what they are, and what to do before they are run, as SQL comments; and the table
 * that remembers of entries without a test number until when they were made.
 */
export const statementsHeader = (engine: Engine): string[] => [
  '-- Statements that leave one entry of each group of duplicates. Nothing has been changed yet.',
  '-- Stop whatever writes into these tables, make a backup, read each group, then run this file with the',
  "-- database's own client. Each group is one transaction; running it twice does no harm.",
  '-- An entry without a test number stands for what its person had finished when the last one of them was made. This',
  '-- table keeps that moment, so that nobody enters again. Leave it where it is.',
  `${createRemovedDuplicates[engine]};`,
];

/**
 * The statements that resolve one group, in one transaction, with comments that say why: the purchase moves to the
 * entry that is kept, the jobs of the others are pointed to it, the others are deleted. They hold ids and nothing else
 * from the database; `describe` makes the values in the comments harmless. Running them twice does no harm.
 */
export function resolvingStatements(
  group: DuplicateGroup,
  target: { engine: Engine; hasOutbox: boolean },
  describe: (text: string) => string,
): string {
  const keep = digits(group.keepId);
  const remove = group.removeIds.map(digits);
  const packs: string[] = [];
  for (let start = 0; start < remove.length; start += idsAtOnce) {
    packs.push(remove.slice(start, start + idsAtOnce).join(', '));
  }
  const evidence = String(group.testId) === '0' ? packs.map((ids) => keepEvidence(keep, ids, target.engine)) : [];
  const purchase = group.purchaseFromId === null ? [] : [movePurchase(keep, digits(group.purchaseFromId))];
  const jobs = packs.map(
    (ids) =>
      `UPDATE brevo_sync_outbox SET created_at = created_at, next_attempt_at = next_attempt_at, funnel_entry_id = ${keep}\nWHERE funnel_entry_id IN (${ids});`,
  );
  return [
    ...comments(group, describe),
    begin[target.engine],
    ...evidence,
    ...purchase,
    ...(target.hasOutbox ? jobs : []),
    ...packs.map((ids) => `DELETE FROM funnel_entries WHERE id IN (${ids});`),
    'COMMIT;',
  ].join('\n');
}

function comments(group: DuplicateGroup, describe: (text: string) => string): string[] {
  const { email, funnelType, testId, count, why, keepId, removeIds, purchaseFromId } = group;
  const test = String(testId) === '0' ? 'no test number' : `test ${digits(testId)}`;
  const reasons =
    why.filter((reason) => reason !== 'no test number' && reason !== 'exact').join(', ') || 'written alike';
  const others = removeIds.length === 1 ? `entry ${digits(removeIds[0] ?? 0)} goes` : `${removeIds.length} others go`;
  return [
    `-- ${commented(describe(email))}: funnel ${commented(describe(funnelType))}, ${test}, ${count} entries (${reasons}).`,
    `-- Entry ${digits(keepId)} is the earliest and stays, ${others}.`,
    ...(purchaseFromId === null ? [] : [`-- The purchase recorded in entry ${digits(purchaseFromId)} moves to it.`]),
  ];
}

/** Programs that cut a file into statements at each semicolon must not find one here. */
function commented(text: string): string {
  return text.replaceAll(';', '\\x3b');
}

// Run a second time it finds nothing to add. An entry that goes and had others give way to it hands on when those were made.
function keepEvidence(keep: string, ids: string, engine: Engine): string {
  return `${{ mysql: 'INSERT IGNORE INTO', sqlite: 'INSERT OR IGNORE INTO' }[engine]}
  funnel_removed_duplicates (entry_id, entered_at) SELECT ${keep}, MAX(made_at) FROM (
    SELECT entered_at AS made_at FROM funnel_entries WHERE id IN (${ids})
    UNION ALL SELECT entered_at FROM funnel_removed_duplicates WHERE entry_id IN (${ids})) AS removed
  HAVING MAX(made_at) IS NOT NULL;`;
}

// Named, a date that renews itself with every change (ON UPDATE CURRENT_TIMESTAMP) stays as it is.
// In MySQL a table that is being changed can be read only through another one. Once the entry is gone nothing changes.
function movePurchase(keep: string, from: string): string {
  return `UPDATE funnel_entries SET entered_at = entered_at, certificate_purchased = 1, certificate_purchased_at = (
  SELECT purchased_at FROM (
    SELECT certificate_purchased_at AS purchased_at FROM funnel_entries WHERE id = ${from}) AS purchase)
WHERE id = ${keep} AND EXISTS (SELECT 1 FROM (SELECT id FROM funnel_entries WHERE id = ${from}) AS still_there);`;
}

/** An id as it may stand in a statement; throws for anything that is no whole number (a bug of ours). */
function digits(id: Id): string {
  const text = String(id);
  if (!/^-?\d+$/.test(text)) throw new TypeError('An id that is no number was about to be written into a statement.');
  return text;
}
