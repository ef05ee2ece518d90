import type { Database } from '../database/database.ts';

/** The oldest entry of each group keeps its place; in MySQL a table that is changed has to be read through another. */
const oldest = `SELECT id FROM (
    SELECT MIN(id) AS id FROM funnel_entries GROUP BY email, funnel_type, COALESCE(test_id, 0)
  ) AS oldest`;

/** What an operator runs who keeps the oldest entry of each group: its doubles' jobs become its own, then they go. */
export const removeDuplicates = [
  `UPDATE brevo_sync_outbox SET funnel_entry_id = (
  SELECT MIN(kept.id) FROM funnel_entries AS kept JOIN funnel_entries AS surplus
    ON kept.email = surplus.email AND kept.funnel_type = surplus.funnel_type
    AND COALESCE(kept.test_id, 0) = COALESCE(surplus.test_id, 0)
  WHERE surplus.id = brevo_sync_outbox.funnel_entry_id)
WHERE funnel_entry_id NOT IN (
  ${oldest})`,
  `DELETE FROM funnel_entries WHERE id NOT IN (
  ${oldest})`,
] as const;

/** Removes the duplicates (analytics guide, 1.2) in one transaction. Returns how many rows each of the statements changed. */
export function runRemoveDuplicates(database: Database): Promise<number[]> {
  return database.transaction(async (session) => {
    const changed: number[] = [];
    for (const statement of removeDuplicates) changed.push((await session.execute(statement)).affected);
    return changed;
  });
}
