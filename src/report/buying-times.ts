import type { Session } from '../database/database.ts';
import type { TimeToBuy } from './result.ts';
import { type Grouping, queryEntries, type Scope, ungrouped } from './scope.ts';

/** How long the buyers of one group and funnel took. */
export interface BuyingTimes {
  grp: string;
  funnel: string;
  times: TimeToBuy;
}

type Row = { grp: string; funnel: string } & TimeToBuy;

const percentiles = { p10: 10, p25: 25, median: 50, p75: 75, p90: 90 };

// The nearest rank: the smallest time that at least so many per cent of the buyers did not exceed.
const nearestRanks = Object.entries(percentiles)
  .map(([name, percent]) => `MIN(CASE WHEN r.place * 100 >= r.buyers * ${percent} THEN r.seconds END) AS ${name}`)
  .join(',\n    ');

const times = (entries: string): string => `SELECT r.grp, r.funnel, MAX(r.buyers) AS buyers,
    ${nearestRanks}
  FROM (SELECT s.grp, s.funnel, s.seconds,
      ROW_NUMBER() OVER (PARTITION BY s.grp, s.funnel ORDER BY s.seconds) AS place,
      COUNT(*) OVER (PARTITION BY s.grp, s.funnel) AS buyers
    FROM ${entries} WHERE s.seconds IS NOT NULL) r
  GROUP BY r.grp, r.funnel`;

// A statement of its own: with both kinds of rank in one, MariaDB 10.11 sorts once and gets the second kind wrong.
const allTimes = (entries: string): string => `SELECT COUNT(*) AS buyers,
    ${nearestRanks}
  FROM (SELECT s.seconds, ROW_NUMBER() OVER (ORDER BY s.seconds) AS place, COUNT(*) OVER () AS buyers
    FROM ${entries} WHERE s.seconds IS NOT NULL) r`;

/** The times when nobody bought. */
export const noTimes: TimeToBuy = { buyers: 0, p10: null, p25: null, median: null, p75: null, p90: null };

/** How long buyers took, by group and funnel. Groups without buyers are not there. */
export async function readBuyingTimes(session: Session, scope: Scope, grouping: Grouping): Promise<BuyingTimes[]> {
  const rows = await queryEntries<Row>(session, times, { grouping, scope });
  return rows.map(({ grp, funnel, ...row }) => ({ grp, funnel, times: ordered(row) }));
}

/** How long the buyers of all funnels together took; percentiles of parts cannot be put together. */
export async function readAllBuyingTimes(session: Session, scope: Scope): Promise<TimeToBuy> {
  const grouping = ungrouped;
  const [row] = await queryEntries<TimeToBuy>(session, allTimes, { grouping, scope });
  return row === undefined ? noTimes : ordered(row);
}

function ordered({ buyers, p10, p25, median, p75, p90 }: TimeToBuy): TimeToBuy {
  return { buyers, p10, p25, median, p75, p90 };
}
