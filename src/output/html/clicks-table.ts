import { basename } from 'node:path';
import type { ClickFigures, ClickStage } from '../../report/clicks-result.ts';
import { formatCount } from '../numbers.ts';
import { type CardRow, cards } from './cards.ts';
import { html, type Markup } from './markup.ts';
import { counted, rate } from './words.ts';

const titles = ['Entries', 'Clicked', 'Of entries', 'Purchased', 'After a click', 'Of clicked'];

/** The stage between entering and buying, and how much of the export it was counted from. */
export function clicksTable({ file, campaigns, rows, totals, lines }: ClickStage): Markup {
  return html`<section>
<h2>Clicks</h2>
${cards(
  titles,
  rows.map((row) => cardOf(row.funnel, row)),
  rows.length > 1 ? cardOf('All', totals) : null,
)}
<p class="note">On links with utm_campaign ${campaigns.language} (language) and ${campaigns.non_language} (non_language), at or after entering; ${counted(lines.counted, 'click')} of ${counted(lines.read, 'line')} of ${basename(file)}.</p>
</section>`;
}

function cardOf(name: string, figures: ClickFigures): CardRow {
  const cells = [
    formatCount(figures.entries),
    formatCount(figures.clicked),
    rate({ entries: figures.entries, purchased: figures.clicked }),
    formatCount(figures.purchased),
    formatCount(figures.purchased_after_click),
    rate({ entries: figures.clicked, purchased: figures.purchased_after_click }),
  ];
  return { name, cells };
}
