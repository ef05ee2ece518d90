import { isByTime } from '../../report/page-parts.ts';
import type { Breakdown, BreakdownRow, Dimension } from '../../report/result.ts';

import { groupInWords } from './dates.ts';

/** One day, week or month of one funnel, as it is drawn. Shares are fractions; null where nobody entered. */
export interface Moment {
  label: string;
  /** first day, YYYY-MM-DD */
  from: string;
  entries: number;
  purchased: number;
  /** what the rate is of: the settled entries, or for an open moment all of them */
  of: { entries: number; purchased: number };
  /** the settled rate, or for an open moment the conversion so far */
  rate: number | null;
  low: number;
  high: number;
  /** its days, or the window of its last entry, are not over: the rate can still rise */
  isOpen: boolean;
}

/** A funnel's moments, the earliest first. */
export interface Series {
  funnel: string;
  by: Dimension;
  moments: Moment[];
}

/** One series per funnel that has entries in the breakdown; none when it is not one by time. */
export function seriesOf(breakdown: Breakdown | null): Series[] {
  if (breakdown === null || !isByTime(breakdown.by)) return [];
  const byFunnel = Map.groupBy(breakdown.rows, (row) => row.funnel);
  return [...byFunnel]
    .map(([funnel, rows]) => ({ funnel, by: breakdown.by, moments: rows.map((row) => momentOf(row, breakdown.by)) }))
    .filter(({ moments }) => moments.some(({ entries }) => entries > 0));
}

function momentOf({ group, entries, purchased, conversion, likely, settled }: BreakdownRow, by: Dimension): Moment {
  const isOpen = group.state !== 'settled';
  const [rate, range] = isOpen ? [conversion, likely] : [settled.rate, settled.likely];
  return {
    label: groupInWords(by, group.label, group.from),
    from: group.from ?? '',
    entries,
    purchased,
    of: isOpen ? { entries, purchased } : settled,
    rate,
    low: range?.low ?? 0,
    high: range?.high ?? 0,
    isOpen,
  };
}
