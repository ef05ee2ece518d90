import type { Figures, Settled } from '../report/result.ts';
import { isEnough, isTypical } from '../report/rules.ts';
import type { Cell, Column } from './columns.ts';
import { formatCount, formatPercent, formatRange, formatShare, formatWait } from './numbers.ts';

const few = 'few';

/** The columns of figures for people: thousands separated, one decimal, and no percentage of a handful. */
export function figuresForPeople<Row extends Figures>(): Column<Row>[] {
  return [
    { key: 'entries', title: 'Entries', align: 'right', value: ({ entries }) => formatCount(entries) },
    { key: 'purchased', title: 'Purchased', align: 'right', value: ({ purchased }) => formatCount(purchased) },
    { key: 'conversion', title: 'Conversion', align: 'right', value: (row) => percentForPeople(row) },
    { key: 'settled', title: 'Settled', align: 'right', value: ({ settled }) => percentForPeople(settled) },
    {
      key: 'settled_of',
      title: 'Of',
      align: 'right',
      priority: 2,
      value: ({ settled }) => (settled.entries === 0 ? null : formatCount(settled.entries)),
    },
    { key: 'likely', title: 'Likely', align: 'right', priority: 2, value: ({ settled }) => rangeForPeople(settled) },
    { key: 'open', title: 'Open', align: 'right', priority: 2, value: ({ open }) => formatCount(open) },
    {
      key: 'median',
      title: 'Median',
      align: 'right',
      priority: 3,
      value: ({ time_to_buy }) =>
        time_to_buy.median === null ? null : isTypical(time_to_buy) ? formatWait(time_to_buy.median) : few,
    },
    {
      key: 'middle_half',
      title: 'Middle half',
      align: 'right',
      priority: 5,
      value: ({ time_to_buy: { buyers, p25, p75 } }) =>
        p25 === null || p75 === null || !isTypical({ buyers }) ? null : span(formatWait(p25), formatWait(p75)),
    },
    { key: 'people', title: 'People', align: 'right', priority: 4, value: ({ people }) => formatCount(people) },
  ];
}

/** The columns of figures for programs: everything, times in seconds, blank where there is no value. */
export function figuresForPrograms<Row extends Figures>(): Column<Row>[] {
  const number = (key: string, title: string, value: (row: Row) => Cell): Column<Row> => ({
    key,
    title,
    align: 'right',
    value,
  });
  const share = (fraction: number | undefined): Cell => (fraction === undefined ? null : formatShare(fraction, 2));
  return [
    number('entries', 'Entries', ({ entries }) => entries),
    number('purchased', 'Purchased', ({ purchased }) => purchased),
    number('conversion', 'Conversion', percent),
    number('people', 'People', ({ people }) => people),
    number('likely_low', 'Conversion likely from', ({ likely }) => share(likely?.low)),
    number('likely_high', 'Conversion likely to', ({ likely }) => share(likely?.high)),
    number('settled_entries', 'Settled entries', ({ settled }) => settled.entries),
    number('settled_purchased', 'Settled purchased', ({ settled }) => settled.purchased),
    number('settled_rate', 'Settled rate', ({ settled }) => percent(settled)),
    number('settled_low', 'Settled likely from', ({ settled }) => share(settled.likely?.low)),
    number('settled_high', 'Settled likely to', ({ settled }) => share(settled.likely?.high)),
    number('open', 'Open', ({ open }) => open),
    number('lapsed', 'Lapsed', ({ lapsed }) => lapsed),
    number('undatable', 'Undatable', ({ undatable }) => undatable),
    number('p25_seconds', 'Quarter bought after (s)', (row) => row.time_to_buy.p25),
    number('median_seconds', 'Half bought after (s)', (row) => row.time_to_buy.median),
    number('p75_seconds', 'Three quarters bought after (s)', (row) => row.time_to_buy.p75),
    number('refunded', 'Refunded', ({ refunded }) => refunded),
    number('paid_before_entering', 'Paid before entering', (row) => row.paid_before_entering),
  ];
}

/** For programs, whether a row is only a part of its week or month, or what lies years before all others: 1 or 0. */
export function oddityColumns<Row>(of: (row: Row) => { is_part: boolean; is_outlying: boolean }): Column<Row>[] {
  return [
    { key: 'is_part', title: 'Part', align: 'right', value: (row) => Number(of(row).is_part) },
    { key: 'is_outlying', title: 'Outlying', align: 'right', value: (row) => Number(of(row).is_outlying) },
  ];
}

type Counts = { entries: number; purchased: number };

function percent({ entries, purchased }: Counts): Cell {
  return entries === 0 ? null : formatPercent(purchased, entries);
}

/** One decimal; `few` for a handful of entries, blank for none. */
export function percentForPeople({ entries, purchased }: Counts): string | null {
  if (entries === 0) return null;
  return isEnough({ entries }) ? formatPercent(purchased, entries, 1) : few;
}

/** The settled rate with what it is of, since that is not all the entries beside it: `14.7% of 231`. */
export function settledForPeople(settled: Counts): string | null {
  const percent = percentForPeople(settled);
  return percent === null || !isEnough(settled) ? percent : `${percent} of ${formatCount(settled.entries)}`;
}

function rangeForPeople({ entries, likely }: Pick<Settled, 'entries' | 'likely'>): string | null {
  if (likely === null || !isEnough({ entries })) return null;
  // Whole percents would make 0-0% of shares that differ tenfold. From 9.95 % on, the high end is shown as 10.
  const [low, high] = formatRange(likely, likely.high < 0.0995 ? 1 : 0);
  return span(low, high);
}

/** `11-20%`, `2.1-9.5 days`: the unit once, if it is the same. */
function span(low: string, high: string): string {
  const [, number, unit] = /^([\d.]+)(.*)$/.exec(low) ?? [];
  return number !== undefined &&
    unit !== undefined &&
    high.endsWith(unit) &&
    /^[\d.]+$/.test(high.slice(0, -unit.length))
    ? `${number}-${high}`
    : `${low} - ${high}`;
}
