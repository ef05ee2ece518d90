import type { Database, Session } from '../database/database.ts';
import { writeSettled } from './bought-entries.ts';
import type { BuyerEntry } from './buyer-entries.ts';
import { lockEntriesOf, readEntriesOf } from './buyer-entries.ts';
import { type DryRunMemory, personOf } from './dry-run-memory.ts';
import { hasAddress, type Purchase } from './purchases.ts';
import { type Settled, settleWithdrawn } from './settle.ts';
import type { SyncOptions } from './sync.ts';

/**
 * Takes the entries of people back whose recorded payment counts no more, or as another one; to be called in the
 * transaction that has changed the copies. Returns how many entries no longer count.
 */
export async function withdraw(session: Session, options: SyncOptions, copies: readonly Purchase[]): Promise<number> {
  const persons = copies.filter(hasAddress);
  if (persons.length === 0) return 0;
  await lockEntriesOf(session, persons);
  const entries = await readEntriesOf(session, options.tables, persons);
  const settled = settleAll(entries, persons);
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
  const persons = copies.filter(hasAddress);
  const without = memory.withdrawnOf(persons);
  const entries = await readEntriesOf(database, options.tables, persons, without);
  const asWouldBe = entries.map((entry) => memory.asWouldBe(entry));
  const settled = settleAll(asWouldBe, persons);
  memory.addSettled(settled);
  return settled.filter(({ isWithdrawn }) => isWithdrawn).length;
}

function settleAll(entries: readonly BuyerEntry[], copies: readonly Purchase[]): Settled[] {
  const firstCopies = new Map<string, string>();
  for (const { paidAt, ...person } of copies) {
    const key = personOf(person);
    const first = firstCopies.get(key);
    if (first === undefined || paidAt < first) firstCopies.set(key, paidAt);
  }
  return entries.flatMap((entry) => settleWithdrawn(entry, firstCopies.get(personOf(entry)) ?? '') ?? []);
}
