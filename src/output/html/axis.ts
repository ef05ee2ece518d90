import { tickLabel } from './dates.ts';
import { html, type Markup } from './markup.ts';
import type { Series } from './series.ts';

/** So many labels stand beside each other even in the narrowest chart. */
const mostLabels = 6;

/** Where the labels stand: shares of the drawing's width or height, from its left or top. */
interface Places {
  rates: { value: number; at: number }[];
  entries: { text: string; at: number };
  moments: number[];
}

/** The labels of a chart as text over the drawing: they keep their size when it is stretched. */
export function axisLabels(series: Series, places: Places): Markup {
  const step = Math.ceil(series.moments.length / mostLabels);
  const shown = [...series.moments.keys()].filter((index) => index % step === 0);
  const decimals = places.rates.every(({ value }) => Number.isInteger(Math.round(value * 1e6) / 1e4)) ? 0 : 1;
  return html`<div class="labels" aria-hidden="true">
${places.rates.map(({ value, at }) => html`<span class="y" style="top:${percent(at)}">${(value * 100).toFixed(decimals)}%</span>`)}
<span class="y" style="top:${percent(places.entries.at)}">${places.entries.text}</span><span class="y" style="top:100%">0</span>
${shown.map((index, position) => {
  const previous = shown[position - 1];
  const { text, year } = tickLabel(
    series.by,
    series.moments[index]?.from ?? '',
    previous === undefined ? undefined : series.moments[previous]?.from,
  );
  return html`<span class="x" style="left:${percent(places.moments[index] ?? 0)}">${text}<br>${year}</span>`;
})}
</div>`;
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
