import type { Database, Session } from '../database/database.ts';
import { writeSettled } from './bought-entries.ts';
import { lockEntriesOf, readEntriesOf } from './buyer-entries.ts';
import type { DryRunMemory } from './dry-run-memory.ts';
import type { Purchase } from './purchases.ts';
import { settleWithdrawn } from './settle.ts';
import type { SyncOptions } from './sync.ts';

/**
 * Takes the entries of people back whose recorded payment counts no more, or as another one; to be called in the
 * transaction that has changed the copies. Returns how many entries no longer count.
 */
export async function withdraw(session: Session, options: SyncOptions, copies: readonly Purchase[]): Promise<number> {
  const persons = copies.filter(({ email }) => email !== '');
  if (persons.length === 0) return 0;
  await lockEntriesOf(session, persons);
  const entries = await readEntriesOf(session, options.tables, persons);
  const settled = entries.map(settleWithdrawn).filter((one) => one !== null);
  await writeSettled(session, settled, options.funnels);
  return settled.filter(({ isWithdrawn }) => isWithdrawn).length;
}

/** What `withdraw` would do, once `memory` knows of the copies; also what keeps these people from entering then. */
export async function previewWithdrawal(
  database: Database,
  options: SyncOptions,
  memory: DryRunMemory,
  copies: readonly Purchase[],
): Promise<number> {
  const persons = copies.filter(({ email }) => email !== '');
  const without = memory.withdrawnOf(persons);
  const entries = await readEntriesOf(database, options.tables, persons, without);
  const settled = entries.map((entry) => settleWithdrawn(memory.asWouldBe(entry))).filter((one) => one !== null);
  memory.addSettled(settled);
  return settled.filter(({ isWithdrawn }) => isWithdrawn).length;
}
