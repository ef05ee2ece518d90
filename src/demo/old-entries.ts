import { type Moment, switchOffDay } from './calendar.ts';
import type { Random } from './random.ts';
import type { Result } from './results.ts';

/** A row that the predecessor wrote into its funnel_entries: the address as it was typed, mostly without a test. */
export interface OldEntry extends Moment {
  id: number;
  email: string;
  funnel: 'language' | 'non_language';
  userId: number;
  testId: number | null;
  /** the finished test that led to it */
  result: Result;
  purchasedAt: Moment | null;
}

/** How often the three people whom the predecessor entered more than once are there. */
const copies = [2, 3, 2] as const;

/**
 * What the predecessor entered until it was switched off: one in four of those who finished a test then, each once per
 * funnel. Three of them several times: two of its processes looked at the same moment, and no key stopped them.
 */
export function makeOldEntries(results: readonly Result[], random: Random): OldEntry[] {
  const entries: OldEntry[] = [];
  const known = new Set<string>();
  let left: number[] = [...copies];
  for (const result of results) {
    const { email, person, funnel } = result;
    if (email === null || person === null || funnel === null || result.daysAgo < switchOffDay) continue;
    const identity = `${funnel} ${person.address}`;
    if (known.has(identity) || !random.chance(0.25)) continue;
    known.add(identity);
    const testId = random.chance(0.08) ? result.testId : random.pick([null, null, null, 0]);
    const secondOfDay = result.secondOfDay + random.whole(60, 3 * 3600);
    const isCopied = left.length > 0 && known.size % 40 === 0 && testId !== result.testId;
    const [times = 1] = isCopied ? left : [];
    if (isCopied) left = left.slice(1);
    for (let copy = 0; copy < times; copy += 1) {
      entries.push({
        id: entries.length + 1,
        email,
        funnel,
        userId: result.id,
        // NULL and 0 both say "not recorded", so they are duplicates of each other.
        testId: copy === 0 ? testId : 0,
        daysAgo: result.daysAgo,
        secondOfDay: secondOfDay + copy,
        result,
        purchasedAt: null,
      });
    }
  }
  return entries;
}

/** The entries that have a double. */
export function copiedEntries(entries: readonly OldEntry[]): Set<OldEntry> {
  const byResult = Map.groupBy(entries, ({ userId, funnel }) => `${funnel} ${userId}`);
  return new Set([...byResult.values()].filter((group) => group.length > 1).flat());
}
