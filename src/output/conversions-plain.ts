import type { PlainConversions } from '../report/plain.ts';
import { roundPercent } from './numbers.ts';

/** What is said for a period in which nobody entered. */
export const nobodyEntered = 'No funnel entries found.';

/** The report exactly as the analytics guide, 3, shows it. */
export function renderPlain({ rows, totals }: Pick<PlainConversions, 'rows' | 'totals'>): string {
  if (totals.entries === 0) return `${nobodyEntered}\n`;
  const lines = rows.map(
    ({ funnel, entries, purchased }) =>
      `${funnel}: entries=${entries}, purchased=${purchased}, conversion=${roundPercent(purchased, entries, 2)}`,
  );
  return `${['Funnel conversion report', '------------------------', ...lines].join('\n')}\n`;
}
