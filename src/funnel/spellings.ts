import type { Id, Session } from '../database/database.ts';
import { foldAddress } from './address.ts';
import type { DuplicateGroup } from './duplicates.ts';

const pageSize = 5_000;

interface Entry {
  id: Id;
  email: string;
  funnelType: string;
  testId: Id;
  enteredAt: string;
}

const selectPage = `SELECT id, email, funnel_type AS funnelType, COALESCE(test_id, 0) AS testId, entered_at AS enteredAt
  FROM funnel_entries WHERE id > ? AND email IS NOT NULL ORDER BY id LIMIT ?`;

/** Groups of entries that are one person's, under addresses written in several ways. */
export interface SpellingGroups {
  total: number;
  entries: number;
  /** the first ones by lowest id */
  groups: DuplicateGroup[];
  /** entries that share even the spelling with another one of their group, and how many groups those make by themselves */
  exactInside: { groups: number; entries: number };
}

/** What makes two entries the same: the address in its normal form, funnel and test. */
export function entryIdentity(entry: { email: string; funnelType: string; testId: Id }): string {
  return JSON.stringify([foldAddress(entry.email), entry.funnelType, String(entry.testId)]);
}

/** Orders by id; the two may be digits beyond 2^53. */
export function compareIds(one: Id, other: Id): number {
  const difference = BigInt(one) - BigInt(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * Finds the groups that no GROUP BY can: entries of one funnel and test whose addresses differ only in how they are
 * written (`A@x.org`, `a@x.org`). At least one of them is not in its normal form, so those are collected, `windowSize`
 * at a time, and the table is read once more for each window: memory stays bounded and a clean table is read once.
 */
export async function findSpellings(session: Session, limit: number, windowSize = 100_000): Promise<SpellingGroups> {
  const found: SpellingGroups = { total: 0, entries: 0, groups: [], exactInside: { groups: 0, entries: 0 } };
  let after: Id | null = 0;
  while (after !== null) {
    const window: Window = await readWindow(session, after, windowSize);
    for (const { group, spellings } of await readGroups(session, window.identities, after)) {
      found.total += 1;
      found.entries += group.count;
      for (const count of [...spellings.values()].filter((size) => size > 1)) {
        found.exactInside.groups += 1;
        found.exactInside.entries += count;
      }
      found.groups.push(group);
    }
    found.groups = found.groups.sort((a, b) => compareIds(a.lowestId, b.lowestId)).slice(0, limit);
    after = window.end;
  }
  return found;
}

interface Window {
  identities: Set<string>;
  /** the id up to which the table was read, null at its end */
  end: Id | null;
}

async function* entriesAfter(session: Session, start: Id): AsyncGenerator<Entry> {
  let last = start;
  for (;;) {
    const page = await session.query<Entry>(selectPage, [last, pageSize]);
    yield* page;
    const final = page.at(-1);
    if (final === undefined || page.length < pageSize) return;
    last = final.id;
  }
}

function isMessy(entry: Entry): boolean {
  return foldAddress(entry.email) !== entry.email;
}

async function readWindow(session: Session, after: Id, windowSize: number): Promise<Window> {
  const identities = new Set<string>();
  for await (const entry of entriesAfter(session, after)) {
    if (isMessy(entry)) identities.add(entryIdentity(entry));
    if (identities.size >= windowSize) return { identities, end: entry.id };
  }
  return { identities, end: null };
}

interface Spelled {
  group: DuplicateGroup;
  spellings: Map<string, number>;
}

/** The groups of these identities, except those with a messy entry up to `after`: an earlier window has them. */
async function readGroups(session: Session, identities: Set<string>, after: Id): Promise<Spelled[]> {
  const groups = new Map<string, Spelled>();
  if (identities.size === 0) return [];
  for await (const entry of entriesAfter(session, 0)) {
    const identity = entryIdentity(entry);
    if (!identities.has(identity)) continue;
    if (compareIds(entry.id, after) <= 0 && isMessy(entry)) {
      identities.delete(identity);
      groups.delete(identity);
      continue;
    }
    const known = groups.get(identity);
    if (known === undefined) groups.set(identity, begin(entry));
    else add(known, entry);
  }
  return [...groups.values()].filter(({ spellings }) => spellings.size > 1);
}

function begin(entry: Entry): Spelled {
  const { id, funnelType, testId, enteredAt } = entry;
  const group: DuplicateGroup = {
    email: foldAddress(entry.email),
    writtenAs: [entry.email],
    funnelType,
    testId,
    count: 1,
    lowestId: id,
    highestId: id,
    firstEnteredAt: enteredAt,
    lastEnteredAt: enteredAt,
  };
  return { group, spellings: new Map([[entry.email, 1]]) };
}

function add({ group, spellings }: Spelled, { id, email, enteredAt }: Entry): void {
  const before = spellings.get(email) ?? 0;
  spellings.set(email, before + 1);
  if (before === 0) group.writtenAs.push(email);
  group.count += 1;
  group.highestId = id;
  if (enteredAt < group.firstEnteredAt) group.firstEnteredAt = enteredAt;
  if (enteredAt > group.lastEnteredAt) group.lastEnteredAt = enteredAt;
}
