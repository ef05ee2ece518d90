import type { Session } from '../database/database.ts';
import { funnelTypes } from '../funnel/funnel-type.ts';
import type { Period } from './period.ts';

/** One funnel's line: people who entered in the period, and those of them who bought afterwards (guide, 3). */
export interface FunnelConversion {
  funnel: string;
  entries: number;
  purchased: number;
}

/** The result of `report conversions`: both funnels always, then any other type the table holds. */
export interface Conversions {
  period: Period;
  funnels: FunnelConversion[];
  total: { entries: number; purchased: number };
}

// The bounds are open when they are NULL. An end that is "now" includes the current second, a day's end excludes it.
const selectConversions = `SELECT funnel_type AS funnel, COUNT(*) AS entries,
    COALESCE(SUM(CASE WHEN certificate_purchased = 1 THEN 1 ELSE 0 END), 0) AS purchased
  FROM funnel_entries
  WHERE (? IS NULL OR entered_at >= ?) AND (? IS NULL OR entered_at < ? OR (? = 1 AND entered_at = ?))
  GROUP BY funnel_type ORDER BY funnel_type`;

/** Counts entries and purchases per funnel for a period. Reads only. */
export async function reportConversions(session: Session, period: Period): Promise<Conversions> {
  const { from, to, toIsNow } = period;
  const rows = await session.query<{ funnel: string; entries: number; purchased: number | string }>(selectConversions, [
    from,
    from,
    to,
    to,
    toIsNow ? 1 : 0,
    to,
  ]);
  const counted = new Map(rows.map((row) => [row.funnel, { ...row, purchased: Number(row.purchased) }]));
  const names = [...new Set<string>([...funnelTypes, ...counted.keys()])];
  const funnels = names.map((funnel) => counted.get(funnel) ?? { funnel, entries: 0, purchased: 0 });
  const sum = (key: 'entries' | 'purchased'): number => funnels.reduce((total, row) => total + row[key], 0);
  return { period, funnels, total: { entries: sum('entries'), purchased: sum('purchased') } };
}
