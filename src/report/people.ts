import { type Database, DatabaseProblem, type Id, type Session } from '../database/database.ts';
import type { ReportClock } from './clock.ts';
import { countPeopleIn, entryEdges, type ListedPerson, listPeopleIn } from './list-people.ts';
import { oddDateWarnings } from './odd-date-words.ts';
import { findPurchasedAhead } from './odd-dates.ts';
import { type ReportRequest, type ResolvedRequest, resolveRequest } from './request.ts';
import type { People, Person, PersonState, ReportHead } from './result.ts';

const pageSize = 1_000;

export interface PeopleRequest extends ReportRequest {
  state: PersonState;
  /** list at most so many */
  limit: number;
}

/** What the list says about itself before its first row. */
export type PeopleHead = ReportHead & Pick<People, 'state' | 'total' | 'warnings'>;

/**
 * Lists the entries behind a figure, a page at a time, in the order of their numbers: `take` gets each page as it is
 * read, and the head each time. All pages are of one moment. When the connection is lost after the first page, the list
 * cannot go on with the same moment: that is a temporary Problem.
 */
export async function reportPeople(
  database: Database,
  request: PeopleRequest,
  take: (page: Person[], head: PeopleHead) => Promise<void>,
): Promise<PeopleHead> {
  let begun = false;
  return database.transaction(async (session) => {
    if (begun) {
      throw new DatabaseProblem('other', 'temporary', 'The connection was lost in the middle of the list.', {
        hint: 'What was printed is not complete. Run it again.',
      });
    }
    const resolved = await resolveRequest(session, request);
    const total = await countPeopleIn(session, request.state, resolved.period.scope);
    const ahead = await findPurchasedAhead(session, resolved.clock, resolved.period.scope);
    const oddDates = [...resolved.head.odd_dates, ...ahead];
    const warnings = oddDateWarnings(oddDates);
    const head = { ...resolved.head, odd_dates: oddDates, state: request.state, total, warnings };
    for await (const page of pagesOf(session, request, resolved)) {
      begun = true;
      await take(await toPeople(page, resolved.clock), head);
    }
    return head;
  });
}

async function* pagesOf(
  session: Session,
  { state, limit }: PeopleRequest,
  { period: { scope } }: ResolvedRequest,
): AsyncGenerator<ListedPerson[]> {
  const edges = state === 'bought-before' ? { first: 0, last: 0 } : await entryEdges(session, scope);
  if (edges === null) return;
  let after: Id = BigInt(edges.first) > 0n ? String(BigInt(edges.first) - 1n) : -1;
  for (let left = limit; left > 0; ) {
    const size = Math.min(left, pageSize);
    const page = await listPeopleIn(session, state, scope, { after, last: edges.last, limit: size });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < size) return;
    after = last.position;
    left -= page.length;
  }
}

async function toPeople(page: readonly ListedPerson[], clock: ReportClock): Promise<Person[]> {
  const moments = page.flatMap(({ enteredAt, purchasedAt }) => [enteredAt ?? '', purchasedAt ?? '']);
  const known = moments.filter((moment) => moment !== '');
  const shown = new Map((await clock.shown(known)).map((moment, index) => [known[index], moment]));
  return page.map(({ email, funnel, entryId, testId, source, enteredAt, purchasedAt }) => ({
    email,
    funnel,
    entry_id: entryId ?? 0,
    test_id: testId,
    source,
    entered_at: shown.get(enteredAt ?? '') ?? '',
    purchased_at: purchasedAt === null ? null : (shown.get(purchasedAt) ?? purchasedAt),
  }));
}
