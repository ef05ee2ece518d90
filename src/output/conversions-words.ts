import type { Conversions, Difference, Figures, ReportedPeriod, ReportHead } from '../report/result.ts';
import { fewBuyers, fewEntries } from '../report/rules.ts';
import { percentForPeople } from './figures-columns.ts';
import { formatCount, formatDifference } from './numbers.ts';

/**
 * The period in words; the last day that counts is named, because an exclusive end is easily misread, and instead of now
 * the moment, because --as-of can be long ago and a text is read later.
 */
export function describePeriod(
  { from, to, last_day: last }: ReportedPeriod,
  { timezone, as_of: asOf }: Pick<ReportHead, 'timezone' | 'as_of'>,
  unit: keyof typeof happened = 'entries',
): string {
  const done = happened[unit];
  if (from === null && last === null) return `all ${unit}`;
  if (from === null) return `${done} up to ${last}, that day included (${timezone})`;
  if (last === null) return `${done} from ${from} up to ${shortened(asOf)} (${timezone})`;
  if (from === last) return `${done} on ${from} (${timezone})`;
  return `${done} from ${from} to ${last}, both days included, ${to} not (${timezone})`;
}

/** What the days of a period are the days of. */
const happened = { entries: 'entered', purchases: 'paid' } as const;

/** The title of a report: what it is about, and what holds for its numbers. */
export function titleOf(name: string, head: ReportHead, unit: keyof typeof happened = 'entries'): string {
  const { as_of: asOf, definitions, funnel, timezone } = head;
  const only = funnel === null ? '' : ` of ${funnel}`;
  return [
    `${name}${only}, ${describePeriod(head.period, head, unit)}`,
    `As of ${shortened(asOf)} ${timezone}; unit: ${unit}; window: ${days(definitions.window_days)}`,
  ].join('\n');
}

/** What the words of the table mean, as few as can be. */
export function definitionLines({ definitions: { window_days: window } }: ReportHead): string[] {
  return [
    'Conversion = purchased / entries; purchased = bought a certificate after entering.',
    `Settled = bought within ${days(window)}, of the entries at least ${days(window)} old (Of); open = may still do so.`,
    `Likely = where the true settled rate lies in 95 of 100 cases; few = fewer than ${fewEntries} entries, or ${fewBuyers} buyers.`,
    'Median and middle half: from entering to buying, of those who bought.',
  ];
}

/** How this period's settled rates differ from the other's, a line per funnel; empty when nothing was compared. */
export function comparisonLines(report: Conversions): string[] {
  const { comparison, rows, totals } = report;
  if (comparison === null) return [];
  const lines = [
    ...comparison.rows.map((row) => ({ ...row, now: rows.find(({ funnel }) => funnel === row.funnel) })),
    ...(rows.length === 1 ? [] : [{ funnel: 'All', ...comparison.totals, now: totals }]),
  ].map(({ funnel, before, now, settled }) => {
    const from = percentForPeople(before.settled) ?? 'none';
    const to = (now === undefined ? null : percentForPeople(now.settled)) ?? 'none';
    return { name: funnel, change: `${from} -> ${to}`, says: saying(settled) };
  });
  const width = (key: 'name' | 'change'): number => Math.max(...lines.map((line) => line[key].length));
  const names = width('name');
  const changes = width('change');
  return [
    `Settled rates against those who ${describePeriod(comparison.period, report)}:`,
    ...lines.map(({ name, change, says }) => `  ${name.padEnd(names)}  ${change.padEnd(changes)}  ${says}`),
  ];
}

/** How the funnels differ in conversion (guide, 4), and in the settled rate, which has had the same time in both. */
export function betweenLines({ between_funnels: between, rows }: Conversions): string[] {
  const [first, second] = rows;
  if (between === null || first === undefined || second === undefined) return [];
  if (first.entries === 0 || second.entries === 0) return [];
  const { conversion, settled } = between;
  const funnels = `${between.first} against ${between.second}`;
  if (conversion.verdict === 'too_few') return [`${funnels}: ${saying(conversion)}.`];
  return [
    `${funnels}: conversion ${saying(conversion)}.`,
    `${funnels}: settled rate${settled.verdict === 'too_few' ? ':' : ''} ${saying(settled)}.`,
  ];
}

/** What is not in the numbers, and whether they can still change. */
export function noteLines({
  not_counted: notCounted,
  final_on: finalOn,
  totals,
  warnings,
  period,
}: Conversions): string[] {
  const canGrow = period.to === null;
  return [
    notCounted === null
      ? 'Bought before entering: not recorded, sync has not seen a purchase yet.'
      : `Not counted: ${purchases(notCounted.bought_before_entering)} before entering, ` +
        `${purchases(notCounted.never_entered)} by people who never entered.`,
    ...followUpLines(totals),
    ...(finalOn === null || canGrow || totals.entries === 0 ? [] : [finalLine(totals.open, finalOn)]),
    ...warnings.map((warning) => `Note: ${warning}`),
  ];
}

/** What became of payments otherwise than by a purchase after entering; nothing where there is nothing. */
function followUpLines({ refunded, paid_before_entering: before }: Figures): string[] {
  const entries = (count: number) => `${formatCount(count)} ${count === 1 ? 'entry' : 'entries'}`;
  return [
    ...(refunded === 0 ? [] : [`Refunded: ${entries(refunded)} that had bought, not counted as purchased.`]),
    ...(before === 0
      ? []
      : [`Paid before entering: ${entries(before)}, paid between test and entry: out of the e-mails, no conversion.`]),
  ];
}

function finalLine(open: number, finalOn: string): string {
  if (open === 0) return `The settled rate is final after ${finalOn}.`;
  const entries = open === 1 ? '1 entry has' : `${formatCount(open)} entries have`;
  return `${entries} time left to buy: the settled rate is final after ${finalOn}.`;
}

function purchases({ purchases: count, people }: { purchases: number; people: number }): string {
  const counted = `${formatCount(count)} ${count === 1 ? 'purchase' : 'purchases'}`;
  return count === people ? counted : `${counted} (${formatCount(people)} ${people === 1 ? 'person' : 'people'})`;
}

/** `+5.2 points (-0.3 to +11.1): no clear change`; only the words when nothing can be said. */
function saying({ difference, likely, verdict, words }: Difference): string {
  if (difference === null || likely === null || verdict === 'too_few') return words;
  const { points, low, high } = formatDifference(difference, likely);
  return `${points} points (${low} to ${high}): ${words}`;
}

/** A moment without the seconds when there are none. */
function shortened(moment: string): string {
  return moment.replace(/:00$/, '');
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
