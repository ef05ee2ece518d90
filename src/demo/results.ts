import { dayBetween, edgeDay, type Moment, oldestDay, timeOfDay } from './calendar.ts';
import { type Person, typed } from './people.ts';
import type { Random } from './random.ts';

type FunnelName = 'language' | 'non_language';

/** A test of the site; a language test is one whose `languages` the site has. */
export interface SiteTest {
  id: number;
  funnel: FunnelName;
  /** the LangId of each of its rows */
  languages: readonly (number | null)[];
}

export const siteLanguages = [1, 2, 3, 4, 5, 6] as const;

/** 104 is one test in two languages; 203 names a language that the site does not have. */
export const siteTests: readonly [SiteTest, ...SiteTest[]] = [
  { id: 101, funnel: 'language', languages: [1] },
  { id: 102, funnel: 'language', languages: [2] },
  { id: 103, funnel: 'language', languages: [3] },
  { id: 104, funnel: 'language', languages: [4, 5] },
  { id: 105, funnel: 'language', languages: [6] },
  { id: 201, funnel: 'non_language', languages: [null] },
  { id: 202, funnel: 'non_language', languages: [0] },
  { id: 203, funnel: 'non_language', languages: [99] },
];

const missingTest = 999;

/** A finished test, a row of simpletest_users; `person` and `funnel` are null when nobody can enter because of it. */
export interface Result extends Moment {
  id: number;
  email: string | null;
  testId: number;
  person: Person | null;
  funnel: FunnelName | null;
}

type Draft = Omit<Result, 'id'>;

/** What people type who do not want to give an address, or try something. None of it is one. */
const noAddresses: readonly (string | null)[] = [
  ...[null, null, null, null, '', '', '   ', '\u200b'],
  ...['none', 'ada.example.com', 'me at example.com', 'ada@@example.com', 'ada@example.com@example.org'],
  ...['@example.com', 'ada lovelace@example.com', `${'a'.repeat(288)}@example.com`],
  "'; DROP TABLE funnel_entries; --@example.com",
];

/** Everything the sample's people finished, oldest first, numbered from 1. */
export function makeResults(people: readonly Person[], random: Random): Result[] {
  const drafts = [...people.flatMap((person) => resultsOf(person, random)), ...oddResults(people, random)];
  drafts.sort((a, b) => b.daysAgo - a.daysAgo || a.secondOfDay - b.secondOfDay);
  return drafts.map((draft, index) => ({ id: index + 1, ...draft }));
}

function resultsOf(person: Person, random: Random): Draft[] {
  const first = random.pick(siteTests);
  const tests = [first];
  if (random.chance(0.14)) tests.push(random.pick(siteTests));
  if (random.chance(0.03)) tests.push(random.pick(siteTests));
  if (random.chance(0.05)) tests.push(first);
  const day = dayBetween(random, 1, oldestDay);
  return tests.map(({ id, funnel }, index) => ({
    daysAgo: index === 0 ? day : dayBetween(random, 1, day),
    secondOfDay: timeOfDay(random),
    email: typed(person, random),
    testId: id,
    person,
    funnel,
  }));
}

/** Recent results that lead nowhere: no address, no test. */
function oddResults(people: readonly Person[], random: Random): Draft[] {
  const draft = (email: string | null, testId: number): Draft => ({
    daysAgo: random.whole(1, edgeDay - 1),
    secondOfDay: timeOfDay(random),
    email,
    testId,
    person: null,
    funnel: null,
  });
  return [
    ...noAddresses.map((email) => draft(email, random.pick(siteTests).id)),
    ...people.slice(0, 3).map(({ address }) => draft(address, missingTest)),
  ];
}
