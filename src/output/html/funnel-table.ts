import { type ScaleLinear, scaleLinear } from 'd3-scale';
import type { Conversions, Figures, Settled } from '../../report/result.ts';
import { isEnough } from '../../report/rules.ts';
import { betweenLines } from '../conversions-words.ts';
import { formatCount } from '../numbers.ts';
import { type CardRow, cards } from './cards.ts';
import { html, type Markup } from './markup.ts';
import { range, rate, settledRate, timeToBuy } from './words.ts';

const titles = [
  'Entries',
  'People',
  'Purchased',
  'Conversion',
  'Settled rate',
  'Likely between',
  'Median time',
  'Open',
];

/** The funnels one below the other, each settled rate drawn with its likely range on one scale. */
export function funnelTable(report: Conversions): Markup {
  const { rows, totals } = report;
  const largest = [...rows, totals].filter(isKnown).map(({ settled }) => settled.likely?.high ?? 0);
  const scale = scaleLinear([0, Math.max(0.01, ...largest)], [0, 100]).nice(4);
  return html`<section>
<h2>The funnels side by side</h2>
${cards(
  titles,
  rows.map((row) => cardOf(row.funnel, row, scale)),
  rows.length > 1 ? cardOf('All', totals, scale) : null,
)}
${betweenLines(report).map((line) => html`<p class="verdict">${line}</p>`)}
</section>`;
}

function isKnown({ settled }: Figures): boolean {
  return isEnough(settled) && settled.likely !== null;
}

function cardOf(name: string, figures: Figures, scale: ScaleLinear<number, number>): CardRow {
  const { entries, people, purchased, settled, open, time_to_buy } = figures;
  const cells = [
    formatCount(entries),
    formatCount(people),
    formatCount(purchased),
    rate(figures),
    settledRate(settled),
    isKnown(figures) ? likelyRange(settled, scale) : '–',
    timeToBuy(time_to_buy)?.median ?? '–',
    formatCount(open),
  ];
  return { name, cells };
}

function likelyRange({ rate: share, likely }: Settled, scale: ScaleLinear<number, number>): Markup {
  const { low, high } = likely ?? { low: 0, high: 0 };
  return html`<svg class="range" aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none"><path class="grid" d="M0,5H100"/><path class="whisker" d="M${scale(low)},5H${scale(high)}"/><path class="dot" d="M${scale(share ?? 0)},5h0.01"/></svg><span class="bounds">${range({ low, high })}</span>`;
}
