import type { Conversions, Figures } from '../../report/result.ts';
import { isEnough } from '../../report/rules.ts';
import { formatCount } from '../numbers.ts';
import { momentInWords, periodInWords } from './dates.ts';
import { type Fragment, html, type Markup } from './markup.ts';
import { counted, range, rate, timeToBuy } from './words.ts';

/** Title, the days that count, and by which clock and rule. */
export function pageHead(
  { period, timezone, as_of, definitions, funnel }: Conversions,
  siteName: string | undefined,
): Markup {
  const days = period.from !== null && period.from !== period.last_day && period.last_day !== null;
  return html`<header>
${siteName === undefined ? null : html`<p class="site">${siteName}</p>\n`}<h1>Funnel conversion${funnel === null ? '' : `: ${funnel}`}</h1>
<p class="lede">${periodInWords(period, as_of)}${days ? html`<span class="aside"> both days included</span>` : null}</p>
<dl class="facts">
<div><dt>Time zone</dt><dd>${timezone}</dd></div>
<div><dt>Window</dt><dd>${counted(definitions.window_days, 'day')} from entering</dd></div>
<div><dt>As of</dt><dd>${momentInWords(as_of)}</dd></div>
</dl>
</header>`;
}

/** The figures one reads first: the settled rate with what it is made of, and the four that explain it. */
export function headline({ totals, definitions }: Conversions): Markup {
  const { settled } = totals;
  const time = timeToBuy(totals.time_to_buy);
  return html`<section class="headline" aria-label="Headline figures">
<div class="lead">
<h2>Settled rate</h2>
${leadFigure(settled)}
<p>${settledInWords(settled, definitions.window_days)}</p>
</div>
<dl class="figures">
${figure('Entries', formatCount(totals.entries), `by ${counted(totals.people, 'person', 'people')}`)}
${figure('Purchased', formatCount(totals.purchased), purchasedOf(totals))}
${figure('Still open', formatCount(totals.open), totals.open === 0 ? 'nobody has days left to buy' : 'have days left to buy')}
${figure('Time to buy', time?.median ?? '–', time === null ? 'too few bought to say' : `median; ${time.half}`)}
</dl>
</section>`;
}

/** Of a handful the numbers themselves, not a share. */
function purchasedOf(totals: Figures): string {
  return isEnough(totals)
    ? `${rate(totals)} of the entries so far`
    : `of ${counted(totals.entries, 'entry', 'entries')} so far`;
}

function leadFigure(settled: Conversions['totals']['settled']): Markup {
  if (settled.rate === null || !isEnough(settled)) {
    return html`<p class="big few">${settled.entries === 0 ? 'not known yet' : 'too few to say'}</p>`;
  }
  return html`<p class="big">${rate(settled)}</p>`;
}

function settledInWords({ entries, purchased, likely }: Conversions['totals']['settled'], window: number): Fragment {
  if (entries === 0) return `No entry is ${counted(window, 'day')} old yet.`;
  const made = `${formatCount(purchased)} of ${counted(entries, 'entry that is', 'entries that are')} at least ${counted(window, 'day')} old bought within that time.`;
  if (likely === null || !isEnough({ entries })) return made;
  return html`${made} The true rate is likely <span class="whole">${range(likely)}</span>.`;
}

function figure(term: string, value: string, note: string): Markup {
  return html`<div><dt>${term}</dt><dd><strong>${value}</strong> <span>${note}</span></dd></div>`;
}
