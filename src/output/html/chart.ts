import { type ScaleBand, type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { formatCount } from '../numbers.ts';
import { axisLabels } from './axis.ts';
import { html, type Markup, named } from './markup.ts';
import type { Moment, Series } from './series.ts';
import { describeSeries } from './series-words.ts';

/** Places of the drawing; it is stretched to the page's width, so strokes and labels are kept out of its scale. */
const width = 1000;
const height = 400;
const rateBottom = 280;
const entriesTop = 340;

/** Beyond so many moments a mark on each would hide the line. */
const mostMarks = 62;

/** A column is never broader, however few there are: a single one as broad as the chart would look like its background. */
const widestColumn = 70;

/** The largest values of all charts on the page: charts side by side are compared. */
export interface Scales {
  rate: number;
  entries: number;
}

/** What all these series fit into. A range too wide to mean much runs out of its chart rather than flatten the rest. */
export function commonScales(series: readonly Series[]): Scales {
  const all = series.flatMap((one) => one.moments);
  const moments = all.filter(({ rate }) => rate !== null);
  const highs = moments.map(({ high }) => high).sort((a, b) => a - b);
  const usual = highs[Math.ceil((highs.length - 1) * 0.9)] ?? 0;
  const rate = Math.max(0.01, usual, ...moments.map((moment) => (moment.rate ?? 0) * 1.1));
  return { rate: Math.min(1, rate), entries: all.reduce((most, { entries }) => Math.max(most, entries), 1) };
}

/** A funnel's conversion over time with its likely range, and below it how many entered and bought. */
export function trendChart(series: Series, scales: Scales, id: string): Markup {
  const { moments } = series;
  const x = scaleBand<number>([...moments.keys()], [0, width])
    .paddingInner(0.25)
    .paddingOuter(0.2);
  const y = scaleLinear([0, scales.rate], [rateBottom, 0]).nice(3);
  const yEntries = scaleLinear([0, scales.entries], [height, entriesTop]);
  // An axis without a rate on it would have a scale of nothing.
  const hasRates = moments.some(({ rate }) => rate !== null);
  const rateTicks = hasRates ? y.ticks(3) : [];
  const grid = rateTicks.map((tick) => html`<path class="grid" d="M0,${y(tick)}H${width}"/>`);
  return html`<figure${moments.length > mostMarks ? html` class="dense"` : null}>
<figcaption>${named(series.funnel)}</figcaption>
<div class="plot">
<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">
<title id="${id}-title">Conversion of ${series.funnel} over time</title>
<desc id="${id}-desc">${describeSeries(series)}</desc>
${grid}
${rates(moments, x, y)}
${columns(moments, x, yEntries)}
</svg>
${axisLabels(series, {
  rates: rateTicks.map((tick) => ({ value: tick, at: y(tick) / height })),
  entries: { text: formatCount(scales.entries), at: entriesTop / height },
  moments: moments.map((_, index) => centre(x, index) / width),
})}
${hasRates ? null : html`<p class="none">Too few entries in each ${series.by} for a rate.</p>\n`}</div>
</figure>`;
}

function centre(x: ScaleBand<number>, index: number): number {
  return (x(index) ?? 0) + x.bandwidth() / 2;
}

/** Bands and lines: whole for what is settled, dashed from the last settled moment on for what is still open. */
function rates(moments: readonly Moment[], x: ScaleBand<number>, y: ScaleLinear<number, number>): Markup {
  const settled = (moment: Moment | undefined) => moment !== undefined && moment.rate !== null && !moment.isOpen;
  const open = (moment: Moment, index: number) =>
    moment.rate !== null && (moment.isOpen || moments[index + 1]?.isOpen === true);
  const at = (_: Moment, index: number) => centre(x, index);
  const top = ({ high }: Moment) => Math.max(0, y(high));
  const band = area<Moment>(at, ({ low }) => y(low), top);
  const curve = line<Moment>(at, ({ rate }) => y(rate ?? 0));
  const marks = moments.flatMap((moment, index) => {
    const { rate, low, isOpen } = moment;
    if (rate === null) return [];
    const here = centre(x, index);
    const isAlone = (moments[index - 1]?.rate ?? null) === null && (moments[index + 1]?.rate ?? null) === null;
    const whisker = html`<path class="whisker" d="M${here},${y(low)}V${top(moment)}"/>`;
    // A point: a line without length keeps its round ends however the drawing is stretched.
    const dot = html`<path class="dot" d="M${here},${y(rate)}h0.01"/>`;
    const hole = html`<path class="hole" d="M${here},${y(rate)}h0.01"/>`;
    return isAlone || moments.length <= mostMarks ? [isAlone ? whisker : null, dot, isOpen ? hole : null] : [];
  });
  return html`<path class="band" d="${band.defined(settled)(moments)}"/>
<path class="band open" d="${band.defined(open)(moments)}"/>
<path class="line" d="${curve.defined(settled)(moments)}"/>
<path class="line open" d="${curve.defined(open)(moments)}"/>
${marks}`;
}

function columns(moments: readonly Moment[], x: ScaleBand<number>, y: ScaleLinear<number, number>): Markup {
  const breadth = Math.min(x.bandwidth(), widestColumn);
  const column = (index: number, count: number, kind: string) =>
    count === 0
      ? null
      : html`<path class="${kind}" d="M${rounded(centre(x, index) - breadth / 2)},${height}V${rounded(y(count))}h${rounded(breadth)}V${height}z"/>`;
  return html`<path class="grid" d="M0,${height}H${width}"/>${moments.map(({ entries, purchased }, index) => [
    column(index, entries, 'entered'),
    column(index, purchased, 'bought'),
  ])}`;
}

function rounded(place: number): number {
  return Math.round(place * 100) / 100;
}
