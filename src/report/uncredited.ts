import type { Session } from '../database/database.ts';
import { hasTable } from '../database/has-table.ts';
import type { NotCounted } from './result.ts';
import type { Scope } from './scope.ts';

const anyRecorded = 'SELECT EXISTS (SELECT 1 FROM funnel_purchases) AS found';

const ofBuyer = 'e.email = p.email AND e.funnel_type = p.funnel_type';

/** A payment that is paid no more is no purchase. Takes `knownUntil`. */
const notRevoked = ' AND (p.revoked_at IS NULL OR p.revoked_at >= ?)';

// An empty address is one that could not be used; such buyers cannot be counted as people. Grouped before it is asked who
// entered later, so that this is asked once for each buyer.
const countUncredited = (revoked: string): string => `SELECT COALESCE(SUM(u.purchases), 0) AS purchases,
    COALESCE(SUM(CASE WHEN u.entered = 1 THEN u.purchases END), 0) AS purchasesBefore,
    COUNT(DISTINCT CASE WHEN u.entered = 1 THEN u.email END) AS peopleBefore,
    COUNT(DISTINCT CASE WHEN u.entered = 0 THEN NULLIF(u.email, '') END) AS peopleNever
  FROM (SELECT p.email, p.funnel_type, COUNT(*) AS purchases,
      EXISTS (SELECT 1 FROM funnel_entries e WHERE ${ofBuyer} AND e.entered_at < ?) AS entered
    FROM funnel_purchases p
    WHERE p.paid_at >= ? AND p.paid_at < ? AND p.paid_at < ? AND (? = '' OR p.funnel_type = ?)
      AND p.matched_at IS NOT NULL${revoked}
      AND NOT EXISTS (SELECT 1 FROM funnel_entries e WHERE ${ofBuyer} AND e.entered_at <= p.paid_at)
    GROUP BY p.email, p.funnel_type) u`;

/**
 * Purchases paid in the period that belong to no entry: their buyer entered that funnel later, or never. Only what sync
 * has recorded and matched; null when it has never recorded any.
 */
export async function readNotCounted(session: Session, scope: Scope): Promise<NotCounted | null> {
  const { knownUntil, from, until, funnel, columns } = scope;
  const isFollowed = columns.refundedAt !== 'NULL';
  if (!isFollowed && !(await hasTable(session, 'funnel_purchases'))) return null;
  const [recorded] = await session.query<{ found: number }>(anyRecorded);
  if (recorded?.found !== 1) return null;
  const [row] = await session.query<{
    purchases: number | string;
    purchasesBefore: number | string;
    peopleBefore: number;
    peopleNever: number;
  }>(countUncredited(isFollowed ? notRevoked : ''), [
    ...[knownUntil, from, until, knownUntil, funnel, funnel],
    ...(isFollowed ? [knownUntil] : []),
  ]);
  const before = Number(row?.purchasesBefore ?? 0);
  return {
    bought_before_entering: { purchases: before, people: row?.peopleBefore ?? 0 },
    never_entered: { purchases: Number(row?.purchases ?? 0) - before, people: row?.peopleNever ?? 0 },
  };
}
