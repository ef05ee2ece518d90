import type { Id, Parameter, Session, Statement } from '../database/database.ts';
import type { Moment } from './clock.ts';
import type { PersonState } from './result.ts';
import { bought, type FollowUp, inFunnel, inPeriod, paidBefore, refunded, type Scope } from './scope.ts';

/** One row of the list on the database's clock; `position` is what the next page follows. */
export interface ListedPerson {
  position: Id;
  email: string;
  funnel: string;
  entryId: Id | null;
  testId: Id | null;
  source: string | null;
  enteredAt: Moment | null;
  purchasedAt: Moment | null;
}

type EntryState = Exclude<PersonState, 'bought-before'>;

/** The condition of a state of an entry, and how often it takes knownUntil, before settledUntil where it asks for the age. */
function conditionOf(state: EntryState, columns: FollowUp): { text: string; known: number; asksAge: boolean } {
  if (state === 'bought') return { text: bought(columns), known: 2, asksAge: false };
  if (state === 'refunded') return { text: refunded(columns), known: 1, asksAge: false };
  if (state === 'paid-before-entering') return { text: paidBefore(columns), known: 3, asksAge: false };
  const age = state === 'open' ? 'e.entered_at > ?' : 'e.entered_at <= ?';
  const none = `NOT ${bought(columns)} AND NOT ${refunded(columns)} AND NOT ${paidBefore(columns)}`;
  return { text: `${none} AND ${age}`, known: 6, asksAge: true };
}

const inScope = `${inPeriod} AND ${inFunnel}`;

const selectEntries = (
  condition: string,
  columns: FollowUp,
): string => `SELECT e.id AS position, e.email, e.funnel_type AS funnel,
    e.id AS entryId, NULLIF(e.test_id, 0) AS testId, NULLIF(e.source, '') AS source, e.entered_at AS enteredAt,
    CASE WHEN e.certificate_purchased = 1 AND e.certificate_purchased_at < ? THEN e.certificate_purchased_at
      WHEN e.certificate_purchased = 0 THEN ${columns.paidBeforeAt} END AS purchasedAt
  FROM funnel_entries e
  WHERE e.id > ? AND e.id <= ? AND ${inScope} AND ${condition}
  ORDER BY e.id LIMIT ?`;

const selectCount = (condition: string): string =>
  `SELECT COUNT(*) AS total FROM funnel_entries e WHERE ${inScope} AND ${condition}`;

const selectEdges = `SELECT MIN(e.id) AS first, MAX(e.id) AS last FROM funnel_entries e WHERE ${inScope}`;

const ofBuyer = 'e.email = p.email AND e.funnel_type = p.funnel_type';

const boughtBefore = `p.paid_at >= ? AND p.paid_at < ? AND p.paid_at < ? AND (? = '' OR p.funnel_type = ?)
    AND p.matched_at IS NOT NULL AND (p.revoked_at IS NULL OR p.revoked_at >= ?)
    AND EXISTS (SELECT 1 FROM funnel_entries e WHERE ${ofBuyer} AND e.entered_at < ?)
    AND NOT EXISTS (SELECT 1 FROM funnel_entries e WHERE ${ofBuyer} AND e.entered_at <= p.paid_at)`;

const firstEntry = (column: string): string => `(SELECT ${column} FROM funnel_entries e
      WHERE ${ofBuyer} ORDER BY e.entered_at, e.id LIMIT 1)`;

const selectBoughtBefore = `SELECT p.payment_id AS position, p.email, p.funnel_type AS funnel,
    ${firstEntry('e.id')} AS entryId, ${firstEntry('NULLIF(e.test_id, 0)')} AS testId,
    ${firstEntry(`NULLIF(e.source, '')`)} AS source, ${firstEntry('e.entered_at')} AS enteredAt,
    p.paid_at AS purchasedAt
  FROM funnel_purchases p WHERE p.payment_id > ? AND ${boughtBefore}
  ORDER BY p.payment_id LIMIT ?`;

const countBoughtBefore = `SELECT COUNT(*) AS total FROM funnel_purchases p WHERE ${boughtBefore}`;

function scopeParameters({ from, until, funnel }: Scope): Parameter[] {
  return [from, until, funnel, funnel];
}

function beforeParameters({ from, until, knownUntil, funnel }: Scope): Parameter[] {
  return [from, until, knownUntil, funnel, funnel, knownUntil, knownUntil];
}

function stateParameters(state: EntryState, { knownUntil, settledUntil, columns }: Scope): Parameter[] {
  const { known, asksAge } = conditionOf(state, columns);
  return [...Array.from({ length: known }, () => knownUntil), ...(asksAge ? [settledUntil] : [])];
}

/** How many entries (or purchases, for bought-before) of the scope are in a state. */
export async function countPeopleIn(session: Session, state: PersonState, scope: Scope): Promise<number> {
  const [row] = await (state === 'bought-before'
    ? session.query<{ total: number }>(countBoughtBefore, beforeParameters(scope))
    : session.query<{ total: number }>(selectCount(conditionOf(state, scope.columns).text), [
        ...scopeParameters(scope),
        ...stateParameters(state, scope),
      ]));
  return row?.total ?? 0;
}

/** The numbers between which the entries of a scope lie, so that paging does not read the whole table; null: none. */
export async function entryEdges(session: Session, scope: Scope): Promise<{ first: Id; last: Id } | null> {
  const [row] = await session.query<{ first: Id | null; last: Id | null }>(selectEdges, scopeParameters(scope));
  return row === undefined || row.first === null || row.last === null ? null : { first: row.first, last: row.last };
}

/** The next `limit` rows in a state after `after` (and up to `last`), in the order of their numbers. */
export function listPeopleIn(
  session: Session,
  state: PersonState,
  scope: Scope,
  { after, last, limit }: { after: Id; last: Id; limit: number },
): Promise<ListedPerson[]> {
  if (state === 'bought-before') {
    return session.query<ListedPerson>(selectBoughtBefore, [after, ...beforeParameters(scope), limit]);
  }
  const statement: Statement = selectEntries(conditionOf(state, scope.columns).text, scope.columns);
  return session.query<ListedPerson>(statement, [
    scope.knownUntil,
    after,
    last,
    ...scopeParameters(scope),
    ...stateParameters(state, scope),
    limit,
  ]);
}
