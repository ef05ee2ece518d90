import { crc32 } from 'node:zlib';
import type { Session } from '../database/database.ts';
import { foldAddress } from './address.ts';
import { compareIds, type DuplicateGroup, GroupBuilder } from './duplicate-group.ts';
import { eachOther, eachShared, eachSuspect, type Identity } from './duplicate-rows.ts';
import { describeEntries, type EntriesTable } from './duplicate-table.ts';

/** How many groups and entries there are; `surplus` are those that go when one of each group is kept. */
export interface DuplicateTotals {
  total: number;
  entries: number;
  funnels: { funnelType: string; groups: number; entries: number; surplus: number }[];
}

/** The result of `find-duplicates`: `groups` holds the first ones by lowest id, the totals count all. */
export interface Duplicates extends DuplicateTotals {
  groups: DuplicateGroup[];
}

/** How many addresses that only foldAddress can read are held at a time. */
const windowSize = 25_000;

/**
 * Lists the duplicate groups, oldest first, at most `limit` of them: entries that are equal, and entries whose
 * addresses differ only in how they are written, which become equal when they are brought into their normal form.
 * Reads only, and needs nothing but `funnel_entries`, so it works on a database that has never been migrated. A data
 * Problem when that table or one of its columns is missing.
 */
export async function findDuplicates(session: Session, limit: number): Promise<Duplicates> {
  let groups: DuplicateGroup[] = [];
  const firstOnes = (): DuplicateGroup[] => groups.sort((a, b) => compareIds(a.lowestId, b.lowestId)).slice(0, limit);
  const totals = await eachDuplicate(session, (group) => {
    groups.push(group);
    if (groups.length >= 2 * limit + 1_000) groups = firstOnes();
  });
  return { ...totals, groups: firstOnes() };
}

/**
 * Tells `visit` every duplicate group, in no order, and returns the totals. Memory depends neither on the number of
 * entries nor on that of groups. To be called in a transaction, so that all is seen at one moment.
 */
export async function eachDuplicate(
  session: Session,
  visit: (group: DuplicateGroup) => void,
  heldAtOnce = windowSize,
): Promise<DuplicateTotals> {
  const funnels = new Map<string, DuplicateTotals['funnels'][number]>();
  const table = await describeEntries(session);
  let parts = 1;
  for (let part = 0; part < parts; part += 1) {
    const { suspects, seen } = await readSuspects(session, table, { part, parts, heldAtOnce });
    if (suspects === null) {
      // More than are held at once: the addresses are dealt out by their checksum, and one share is looked at after the other.
      parts = Math.ceil((2 * seen) / heldAtOnce);
      part = -1;
      continue;
    }
    await eachGroupOf(session, table, suspects, (identity, builder) => {
      if (builder.count < 2 || crc32(identity) % parts !== part) return;
      const group = builder.group();
      count(funnels, group);
      visit(group);
    });
  }
  const all = [...funnels.values()].sort((a, b) => (a.funnelType < b.funnelType ? -1 : 1));
  const sum = (key: 'groups' | 'entries'): number => all.reduce((total, funnel) => total + funnel[key], 0);
  return { total: sum('groups'), entries: sum('entries'), funnels: all };
}

/** What makes two entries the same: the address in its normal form, funnel and test. */
function textOf({ address, funnelType, testId }: Identity): string {
  return `${address}\n${funnelType}\n${testId}`;
}

interface Suspect {
  of: Identity;
  builder: GroupBuilder;
}

/** The suspects of one share by identity; null, and how many rows there are in all, when they are too many. */
async function readSuspects(
  session: Session,
  table: EntriesTable,
  { part, parts, heldAtOnce }: { part: number; parts: number; heldAtOnce: number },
): Promise<{ suspects: Map<string, Suspect> | null; seen: number }> {
  const suspects = new Map<string, Suspect>();
  let seen = 0;
  let isTooMany = false;
  await eachSuspect(session, table, (row) => {
    seen += 1;
    if (isTooMany) return;
    const { funnelType, testId } = row;
    const of = { address: foldAddress(row.email), funnelType, testId };
    const identity = textOf(of);
    if (crc32(identity) % parts !== part) return;
    const known = suspects.get(identity);
    if (known === undefined) suspects.set(identity, { of, builder: new GroupBuilder(row) });
    else known.builder.add(row);
    isTooMany = parts === 1 && suspects.size > heldAtOnce;
    if (isTooMany) suspects.clear();
  });
  return { suspects: isTooMany ? null : suspects, seen };
}

/** All groups, and entries that turn out to be alone, one after another. */
async function eachGroupOf(
  session: Session,
  table: EntriesTable,
  suspects: ReadonlyMap<string, Suspect>,
  end: (identity: string, builder: GroupBuilder) => void,
): Promise<void> {
  // Only these can be the normal form of a plain address too.
  const plain = [...suspects.values()].map(({ of }) => of).filter(({ address }) => /^[ -~]*$/.test(address));
  await eachOther(session, table, plain, (row) => suspects.get(textOf(row))?.builder.add(row));
  for (const [identity, { builder }] of suspects) end(identity, builder);
  let current: { identity: string; builder: GroupBuilder } | undefined;
  await eachShared(session, table, (row) => {
    const identity = textOf(row);
    if (suspects.has(identity)) return;
    if (current?.identity === identity) return current.builder.add(row);
    if (current !== undefined) end(current.identity, current.builder);
    current = { identity, builder: new GroupBuilder(row) };
  });
  if (current !== undefined) end(current.identity, current.builder);
}

function count(funnels: Map<string, DuplicateTotals['funnels'][number]>, group: DuplicateGroup): void {
  const { funnelType } = group;
  const known = funnels.get(funnelType) ?? { funnelType, groups: 0, entries: 0, surplus: 0 };
  known.groups += 1;
  known.entries += group.count;
  known.surplus += group.count - 1;
  funnels.set(funnelType, known);
}
