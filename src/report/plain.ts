import type { Session } from '../database/database.ts';
import { type CountedPeriod, readCountedFigures } from './figures.ts';
import { findPurchasedAhead } from './odd-dates.ts';
import type { ResolvedRequest } from './request.ts';
import type { ReportHead } from './result.ts';

/** The head of a report, and what one counting of the entries tells. */
export type PlainConversions = ReportHead & Pick<CountedPeriod, 'rows' | 'totals'>;

/**
 * What the text of the analytics guide, 3, shows, and what has to be said of its dates: nothing else is read, because on
 * a large table everything else takes several times as long. To be called in one transaction.
 */
export async function readPlainConversions(
  session: Session,
  { clock, period, head }: ResolvedRequest,
): Promise<PlainConversions> {
  const { rows, totals, purchasedAhead } = await readCountedFigures(session, period.scope);
  const ahead = purchasedAhead === 0 ? [] : await findPurchasedAhead(session, clock, period.scope);
  return { ...head, odd_dates: [...head.odd_dates, ...ahead], rows, totals };
}
