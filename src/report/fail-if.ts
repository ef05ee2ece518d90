import { Problem } from '../errors.ts';
import type { CountedFigures } from './figures.ts';
import type { Sample } from './intervals.ts';
import { isCountedBack } from './named-period.ts';
import type { Figures, ReportHead } from './result.ts';
import { isEnough } from './rules.ts';

/** What can be judged; not every report has all of it. */
type Judged = CountedFigures & Partial<Pick<Figures, 'people' | 'settled'>>;
type JudgedReport = ReportHead & { rows: readonly (Judged & { funnel: string })[]; totals: Judged };

const metrics = {
  conversion: (figures: Judged) => shareOf(figures),
  settled: ({ settled }: Judged) => shareOf(settled ?? missing('settled')),
  entries: ({ entries }: Judged) => countOf(entries),
  purchased: ({ purchased }: Judged) => countOf(purchased),
  people: ({ people }: Judged) => countOf(people ?? missing('people')),
} satisfies Record<string, (figures: Judged) => Found | null>;

type Metric = keyof typeof metrics;

/** What a metric comes to, in whole numbers: a count is so many of 1. */
export interface Found {
  part: number;
  whole: number;
}

function shareOf({ entries, purchased }: Sample): Found | null {
  return isEnough({ entries }) ? { part: purchased, whole: entries } : null;
}

function missing(metric: string): never {
  throw new Error(`A rule about ${metric} was judged by a report without them.`);
}

function countOf(count: number): Found {
  return { part: count, whole: 1 };
}

/** Whether a rule holds, by the sign of what was found minus the limit. */
const operators = {
  '<=': (sign: number) => sign <= 0,
  '>=': (sign: number) => sign >= 0,
  '<': (sign: number) => sign < 0,
  '>': (sign: number) => sign > 0,
} as const;

/** A condition under which a report counts as bad, e.g. `language.settled<8%`. */
export interface Rule {
  text: string;
  /** undefined: all funnels together */
  funnel: string | undefined;
  metric: Metric;
  operator: keyof typeof operators;
  /** numerator and denominator, so that 2.2 % is exactly 22 of 1,000 */
  limit: { part: bigint; whole: bigint };
}

/**
 * What became of a rule: broken, kept, or not judged: because a share of fewer than 20 entries says nothing, because no
 * entry of the period can be a window old yet, or because none ever can.
 */
export interface Judgement {
  rule: Rule;
  outcome: 'broken' | 'kept' | 'not_enough_data' | 'too_early' | 'never';
  found: Found | null;
  /** the report's */
  windowDays: number;
}

const pattern = /^(?:([^.<>=\s]+)[.:])?([A-Za-z_]+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)(%?)$/;

/** Whether a metric is a share, and so compared with a percentage. */
export function isShare(metric: Metric): boolean {
  return metric === 'conversion' || metric === 'settled';
}

/**
 * Reads a rule: a metric, < <= > or >=, and a limit (a percentage for conversion and settled, a whole number for the
 * rest), before it optionally a funnel and a dot. A usage Problem otherwise, which lists the metrics.
 */
export function readRule(text: string): Rule {
  const [, funnel, metric = '', operator, number = '', percent] = pattern.exec(text.trim()) ?? [];
  const flag = `--fail-if ${JSON.stringify(text)}`;
  const example = 'For example: --fail-if "settled<8%" --fail-if "language.entries<100"';
  if (operator === undefined) {
    throw new Problem('usage', `${flag}: a rule is a metric, < <= > or >=, and a limit.`, { hint: example });
  }
  if (!Object.hasOwn(metrics, metric)) {
    const known = Object.keys(metrics).join(', ');
    throw new Problem('usage', `${flag}: there is no metric ${metric}. There are ${known}.`, { hint: example });
  }
  const name = metric as Metric;
  if (isShare(name) !== (percent === '%')) {
    const wanted = isShare(name) ? 'a percentage, such as 8%' : 'a number without %';
    throw new Problem('usage', `${flag}: ${metric} is compared with ${wanted}.`, { hint: example });
  }
  const [digits = '', decimals = ''] = number.split('.');
  const limit = {
    part: BigInt(digits + decimals),
    whole: 10n ** BigInt(decimals.length) * (isShare(name) ? 100n : 1n),
  };
  return { text: text.trim(), funnel, metric: name, operator: operator as Rule['operator'], limit };
}

/** Whether a rule can be judged by the figures of the plain text. */
export function needsOnlyEntries({ metric }: Rule): boolean {
  return metric !== 'people' && metric !== 'settled';
}

/** What was found minus the limit: -1, 0 or 1. In integers: 22 of 1,000 is not less than 2.2 %, which floats deny. */
export function compareWithLimit({ part, whole }: { part: number | bigint; whole: number | bigint }, { limit }: Rule) {
  const apart = BigInt(part) * limit.whole - limit.part * BigInt(whole);
  return apart === 0n ? 0 : apart < 0n ? -1 : 1;
}

/** Judges the rules by a report. A usage Problem when a rule names a funnel that the report has not. */
export function judge(rules: readonly Rule[], report: JudgedReport): Judgement[] {
  return rules.map((rule) => {
    const figures =
      rule.funnel === undefined ? report.totals : report.rows.find(({ funnel }) => funnel === rule.funnel);
    if (figures === undefined) {
      const known = report.rows.map(({ funnel }) => funnel).join(', ');
      throw new Problem('usage', `--fail-if "${rule.text}": the report has no funnel ${rule.funnel}.`, {
        hint: `It has: ${known}`,
      });
    }
    const found = metrics[rule.metric](figures);
    const windowDays = report.definitions.window_days;
    if (found === null) return { rule, found, windowDays, outcome: whyNotJudged(rule, report) };
    const holds = operators[rule.operator](compareWithLimit(found, rule));
    return { rule, found, windowDays, outcome: holds ? 'broken' : 'kept' };
  });
}

function whyNotJudged({ metric }: Rule, { period, as_of_utc: asOf, definitions }: JudgedReport): Judgement['outcome'] {
  if (metric !== 'settled' || period.from_utc === null || asOf === null) return 'not_enough_data';
  const firstSettled = Temporal.Instant.from(period.from_utc).add({ hours: 24 * definitions.window_days });
  if (Temporal.Instant.compare(firstSettled, asOf) <= 0) return 'not_enough_data';
  // A period that moves along with the days never gets any older.
  return period.name !== null && isCountedBack(period.name) ? 'never' : 'too_early';
}
