import type { Dimension } from '../../report/result.ts';
import { formatPercent } from '../numbers.ts';
import { cutMoments, type Moment, type Series } from './series.ts';
import { counted, range } from './words.ts';

/** What a chart shows, for those who do not see it: extent, lowest and highest rate, the latest, what is still open. */
export function describeSeries(series: Series): string {
  const { moments, by } = series;
  const cut = cutMoments(series);
  const few = moments.filter(({ rate, entries }) => rate === null && entries > 0).length;
  const known = moments.filter((moment) => moment.rate !== null);
  const settled = known.filter((moment) => !moment.isOpen);
  const open = known.length - settled.length;
  const sentences = [
    `${counted(moments.length, by)}, from ${moments[0]?.key} to ${moments.at(-1)?.key}.`,
    ...(cut === null ? [] : [cut]),
    ...extremes(settled, by),
    ...(few === 0 ? [] : [`${counted(few, by)} with too few entries for a rate.`]),
    known.length === 0
      ? 'No rate can be told.'
      : open === 0
        ? `All ${few === 0 ? 'are' : 'others are'} settled.`
        : `${counted(open, by)} not settled yet: ${settled.length === 0 ? 'the rates' : 'their rates'} can still rise.`,
  ];
  return sentences.join(' ');
}

function extremes(settled: readonly Moment[], by: Dimension): string[] {
  const [first] = settled;
  if (first === undefined) return [];
  const byRate = settled.toSorted((a, b) => (a.rate ?? 0) - (b.rate ?? 0));
  const [lowest = first, highest = first] = [byRate[0], byRate.at(-1)];
  if (settled.length === 1) return [`Settled: ${inWords(first, by)}.`];
  return [`Settled rates go from ${inWords(lowest, by)} to ${inWords(highest, by)}.`];
}

const when: Partial<Record<Dimension, string>> = { day: 'on', week: 'in the week from' };

function inWords({ label, of, low, high }: Moment, by: Dimension): string {
  return `${formatPercent(of.purchased, of.entries, 1)} ${when[by] ?? 'in'} ${label} (likely ${range({ low, high })})`;
}
