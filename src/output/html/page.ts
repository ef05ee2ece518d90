import { isByTime, type PageParts } from '../../report/page-parts.ts';
import type { Breakdown, Conversions } from '../../report/result.ts';
import { nobodyEntered } from '../conversions-plain.ts';
import { breakdownTable } from './breakdown-table.ts';
import { commonScales, trendChart } from './chart.ts';
import { clicksTable } from './clicks-table.ts';
import { cohortTables } from './cohort-table.ts';
import { periodInWords } from './dates.ts';
import { funnelTable } from './funnel-table.ts';
import { headline, pageHead } from './headline.ts';
import { html, Markup } from './markup.ts';
import { comparisonTable, definitionList, notes } from './notes.ts';
import { cutMoments, fewMoments, seriesOf } from './series.ts';
import { printedCohorts, sheetSize } from './sheet.ts';
import { style } from './style.ts';

/** Nothing may be loaded or run, wherever the page is put; the icon is empty so that no browser asks for one. */
const contentPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** What a page says beside the report. */
export interface PageOptions {
  /** whose funnels they are: `report.siteName` */
  siteName?: string | undefined;
}

/** Of which site, which funnel and which days the page is, for tabs and bookmarks. */
function titleOf({ funnel, period, as_of: asOf }: Conversions, siteName: string | undefined): string {
  const [first = '', ...rest] = periodInWords(period, asOf);
  const name = siteName === undefined ? 'Funnel conversion' : `${siteName}: funnel conversion`;
  return `${name}${funnel === null ? '' : ` of ${funnel}`}, ${first.toLowerCase()}${rest.join('')}`;
}

/**
 * The report as one HTML page that needs nothing else: no script, no picture, no font from elsewhere; light or dark as
 * its reader likes, and one A4 sheet on paper. The same report gives the same bytes.
 */
export function renderHtml(report: Conversions, { trend, cohorts }: PageParts, { siteName }: PageOptions = {}): string {
  const { breakdown, comparison } = report;
  const isTrend = breakdown !== null && isByTime(breakdown.by);
  return `${
    html`<!doctype html>
<html lang="en" class="${sheetSize(report, cohorts)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${new Markup(contentPolicy)}">
<link rel="icon" href="data:,">
<title>${titleOf(report, siteName)}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
${pageHead(report, siteName)}
${report.totals.entries === 0 ? html`<p class="nobody">${nobodyEntered}</p>${notes(report)}` : figures(report, isTrend ? breakdown : trend)}
${comparison === null ? null : comparisonTable(comparison, report.as_of)}
${report.clicks === null ? null : clicksTable(report.clicks)}
${cohortTables(cohorts, printedCohorts(report))}
${breakdown === null ? null : breakdownTable(breakdown, report)}
${isTrend || trend === null ? null : breakdownTable(trend, report)}
${definitionList(report)}
</main>
</body>
</html>`.text
  }\n`;
}

function figures(report: Conversions, trend: Breakdown | null): Markup {
  const series = seriesOf(trend);
  const scales = commonScales(series);
  const remarks = [series[0] === undefined ? null : cutMoments(series[0]), fewMoments(series)].filter(
    (one) => one !== null,
  );
  return html`${headline(report)}
${notes(report)}
${
  series.length === 0
    ? null
    : html`<section>
<h2>Conversion over time</h2>
<div class="columns">
${series.map((one, index) => trendChart(one, scales, `chart-${index + 1}`))}
</div>
${remarks.length === 0 ? null : html`<p class="note">${remarks.join(' ')}</p>\n`}<p class="legend"><span class="key line">settled rate</span> <span class="key band">likely range</span> <span class="key open">still open, so far</span> <span class="key entered">entered</span> <span class="key bought">bought</span></p>
</section>`
}
${funnelTable(report)}`;
}
