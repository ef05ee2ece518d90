import { isByTime } from '../../report/page-parts.ts';
import type { Breakdown, BreakdownRow, Dimension } from '../../report/result.ts';
import { fewEntries, isEnough } from '../../report/rules.ts';

import { groupInWords, stretchInWords } from './dates.ts';

/** One day, week or month of one funnel, as it is drawn. Shares are fractions. */
export interface Moment {
  label: string;
  /** the label without the mark of a part */
  key: string;
  /** first day, YYYY-MM-DD */
  from: string;
  /** the period has only a part of the week or month */
  isPart: boolean;
  entries: number;
  purchased: number;
  /** what the rate is of: the settled entries, or for an open moment all of them */
  of: { entries: number; purchased: number };
  /** the settled rate, or for an open moment the conversion so far; null where it is of nobody or of a handful */
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

/** The weeks or months that the period has only a part of, so that nobody takes their columns for a fall; null: none. */
export function cutMoments({ moments, by }: Series): string | null {
  const parts = moments.filter(({ isPart }) => isPart).map(({ key }) => (by === 'week' ? `the week from ${key}` : key));
  return parts.length === 0 ? null : `Cut off by the period: ${parts.join(', ')}.`;
}

/** That moments with entries have no point, because a rate of a handful is not drawn; null: all have one. */
export function fewMoments(series: readonly Series[]): string | null {
  const isAny = series.some(({ moments }) => moments.some(({ rate, entries }) => rate === null && entries > 0));
  return isAny ? `No point: fewer than ${fewEntries} entries to tell a rate of.` : null;
}

/** One series per funnel that has entries in the breakdown, outlying ones left out; none when it is not one by time. */
export function seriesOf(breakdown: Breakdown | null): Series[] {
  if (breakdown === null || !isByTime(breakdown.by)) return [];
  const byFunnel = Map.groupBy(
    breakdown.rows.filter(({ group }) => !group.is_outlying),
    (row) => row.funnel,
  );
  return [...byFunnel]
    .map(([funnel, rows]) => ({ funnel, by: breakdown.by, moments: rows.map((row) => momentOf(row, breakdown.by)) }))
    .filter(({ moments }) => moments.some(({ entries }) => entries > 0));
}

function momentOf({ group, entries, purchased, conversion, likely, settled }: BreakdownRow, by: Dimension): Moment {
  const isOpen = group.state !== 'settled';
  const of = isOpen ? { entries, purchased } : settled;
  const [rate, range] = isOpen ? [conversion, likely] : [settled.rate, settled.likely];
  return {
    label: groupInWords(by, group),
    from: group.from ?? '',
    key: group.from === null ? group.label : stretchInWords(by, group.from),
    isPart: group.is_part,
    entries,
    purchased,
    of,
    rate: isEnough(of) ? rate : null,
    low: range?.low ?? 0,
    high: range?.high ?? 0,
    isOpen,
  };
}
