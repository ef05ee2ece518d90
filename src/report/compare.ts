import type { PeriodFigures } from './figures.ts';
import { difference, type Sample, type Words } from './intervals.ts';
import type {
  BetweenFunnels,
  Comparison,
  ComparisonName,
  Differences,
  Figures,
  FunnelRow,
  ReportedPeriod,
} from './result.ts';

const tooFew = 'too few entries to say';

const inTime: Words = {
  higher: 'higher than before',
  lower: 'lower than before',
  no_clear_change: 'no clear change',
  too_few: tooFew,
};

/** This period minus the other one, for every funnel of either and for all together. */
export function compare(
  name: ComparisonName,
  period: ReportedPeriod,
  now: PeriodFigures,
  before: PeriodFigures,
  empty: Figures,
): Comparison {
  const find = (rows: readonly FunnelRow[], funnel: string): Figures =>
    rows.find((row) => row.funnel === funnel) ?? empty;
  const names = [...new Set([...now.rows, ...before.rows].map(({ funnel }) => funnel))];
  const rows = names.map((funnel) => {
    const then = find(before.rows, funnel);
    return { funnel, before: then, ...differences(find(now.rows, funnel), then, inTime) };
  });
  return {
    with: name,
    period,
    rows,
    totals: { before: before.totals, ...differences(now.totals, before.totals, inTime) },
  };
}

/** How the first funnel's shares differ from the second one's; null when there are not two funnels. */
export function compareFunnels([first, second]: readonly FunnelRow[]): BetweenFunnels | null {
  if (first === undefined || second === undefined) return null;
  const words: Words = {
    higher: `${first.funnel} is higher`,
    lower: `${second.funnel} is higher`,
    no_clear_change: 'no clear difference',
    too_few: tooFew,
  };
  return { first: first.funnel, second: second.funnel, ...differences(first, second, words) };
}

function differences(one: Figures, other: Figures, words: Words): Differences {
  const all = ({ entries, purchased }: Sample): Sample => ({ entries, purchased });
  return {
    settled: difference(all(one.settled), all(other.settled), words),
    conversion: difference(all(one), all(other), words),
  };
}
