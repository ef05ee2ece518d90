import type { Id } from '../database/database.ts';
import type { ClickStage } from './clicks-result.ts';

/**
 * What the reports return; this is their --json contract, described in docs/report-json.md. Additions are allowed,
 * anything else needs a new `schema_version`. Shares and differences are fractions from 0 to 1 (a tenth is 0.1) and not
 * rounded; times to buy are whole seconds; null means "cannot be said", never zero.
 */
export const schemaVersion = 1;

/** The bounds between which the true value lies in 95 of 100 such samples. Fractions. */
export interface Range {
  low: number;
  high: number;
}

/** The entries that are at least a window old, and those of them that bought within a window of entering. */
export interface Settled {
  entries: number;
  purchased: number;
  /** purchased / entries; null without entries */
  rate: number | null;
  likely: Range | null;
}

/** How long those took who bought, in seconds from entering; each the time of one buyer (nearest rank), never a mean. */
export interface TimeToBuy {
  /** buyers whose time is known: paid at or after entering, on a recorded date */
  buyers: number;
  p10: number | null;
  p25: number | null;
  median: number | null;
  p75: number | null;
  p90: number | null;
}

/** What is counted of any set of entries. entries = purchased + open + lapsed + refunded + paid_before_entering. */
export interface Figures {
  entries: number;
  /** distinct addresses; those of two sets do not add up, a person can be in both */
  people: number;
  /** entries marked as bought (guide, 3) */
  purchased: number;
  /** purchased / entries (guide, 3); null without entries */
  conversion: number | null;
  /** Wilson's 95 % range of `conversion` */
  likely: Range | null;
  settled: Settled;
  /** not bought, and less than a window old: they may still buy in time */
  open: number;
  /** not bought within their window, which is over, nor since */
  lapsed: number;
  /** bought, and the payment is paid no more (refunded, or gone from the site): not in `purchased` */
  refunded: number;
  /** not bought, but paid between finishing the test and entering: out of the e-mails, and no conversion */
  paid_before_entering: number;
  /** part of `purchased` whose date is missing or before the entry: not in `settled`, not in `time_to_buy` */
  undatable: number;
  time_to_buy: TimeToBuy;
}

/** One funnel's figures. Both funnels are always there, then any other type the table holds, by name. */
export interface FunnelRow extends Figures {
  funnel: string;
}

/** The days a report covers, in its time zone. */
export interface ReportedPeriod {
  /** what was asked for by name, e.g. `last-month`; null for dates or none */
  name: string | null;
  /** first day that counts, YYYY-MM-DD; null: from the first entry on */
  from: string | null;
  /** first day that no longer counts; null: no end was given */
  to: string | null;
  to_is_exclusive: true;
  /** last day that counts: the day before `to`; null as `to` */
  last_day: string | null;
  /** no end was given but a start: entries up to `as_of` count, that second included */
  to_is_now: boolean;
  /** the same bounds as moments, ISO 8601 with Z; null where there is none or the database's clock cannot hold it */
  from_utc: string | null;
  to_utc: string | null;
}

/** How a period stands: `running` = its days are not over, `open` = its last window is not over, else `settled`. */
export type PeriodState = 'running' | 'open' | 'settled';

export const dimensions = ['day', 'week', 'month', 'test', 'source'] as const;
export type Dimension = (typeof dimensions)[number];

/** What the entries of a breakdown's row have in common. */
export interface Group {
  /** `2026-10-01`, `2026-W43`, `2026-10`, a test's number, a source; null: not recorded, or the folded rest */
  key: string | null;
  /** the key as people read it: also `(no test)`, `(none)`, `other (7)` */
  label: string;
  /** groups folded into this one because they are rare; 0 when it is one group */
  folded: number;
  /** for day, week and month: the days of it that the report covers, `to` exclusive; else null */
  from: string | null;
  to: string | null;
  state: PeriodState | null;
  /** the period has only a part of this week or month; one that is not over yet is `running` instead */
  is_part: boolean;
  /** entries that lie years before all others, in one row before those that are drawn; `key` is null */
  is_outlying: boolean;
}

export interface BreakdownRow extends Figures {
  group: Group;
  funnel: string;
}

/** Groups in order (time, then number of entries), in each every funnel of `rows`, zeros included. */
export interface Breakdown {
  by: Dimension;
  rows: BreakdownRow[];
}

export const verdicts = ['higher', 'lower', 'no_clear_change', 'too_few'] as const;
/** `too_few`: one of the sides has fewer than 20 entries, so nothing is said. */
export type Verdict = (typeof verdicts)[number];

/** One share minus another; `low` and `high` by Newcombe's method 10, 95 %. All null when a side has no entries. */
export interface Difference {
  /** from unrounded shares, as a fraction: 0.052 is 5.2 points */
  difference: number | null;
  likely: Range | null;
  verdict: Verdict;
  /** the verdict as a sentence part, e.g. `higher than before`, `language is higher`, `no clear change` */
  words: string;
}

/** The differences of both shares: of `settled.rate` (same maturity on both sides) and of `conversion`. */
export interface Differences {
  settled: Difference;
  conversion: Difference;
}

export interface ComparedFunnel extends Differences {
  funnel: string;
  /** the figures of the other period, as of the same moment */
  before: Figures;
}

export const comparisons = ['previous', 'last-year'] as const;
export type ComparisonName = (typeof comparisons)[number];

/** This period minus the other one. */
export interface Comparison {
  with: ComparisonName;
  period: ReportedPeriod;
  rows: ComparedFunnel[];
  totals: Omit<ComparedFunnel, 'funnel'>;
}

/** The first funnel minus the second one, in the same period. */
export interface BetweenFunnels extends Differences {
  first: string;
  second: string;
}

/** Purchases paid in the period that no entry could be credited with. */
export interface Uncredited {
  purchases: number;
  people: number;
}

/** What is not in the figures. null: no purchases have been recorded yet, so it cannot be said. */
export interface NotCounted {
  /** paid before the buyer's first entry of that funnel */
  bought_before_entering: Uncredited;
  /** the buyer has no entry in that funnel at all */
  never_entered: Uncredited;
}

/** What the numbers mean, for whoever reads them without the manual. */
export interface Definitions {
  unit: 'entries';
  window_days: number;
  /** name of a figure -> one sentence */
  terms: Record<string, string>;
}

export const oddKinds = ['ahead', 'undated', 'purchased_ahead', 'outlying'] as const;
/**
 * `ahead`: entered after the database's present moment, not counted; `undated`: no date, not counted; `purchased_ahead`:
 * counted, but not as bought yet; `outlying`: counted, in a row of their own, not drawn.
 */
export type OddKind = (typeof oddKinds)[number];

/** Entries with dates that cannot be right, or that are far from all others. */
export interface OddDates {
  kind: OddKind;
  entries: number;
  /** the earliest and the latest of these dates, in the report's zone where it can place them */
  first: string;
  last: string;
  /** the numbers of the first 5 */
  entry_ids: Id[];
}

/** What every report says about itself. */
export interface ReportHead {
  schema_version: typeof schemaVersion;
  /** the moment whose knowledge the report shows, `YYYY-MM-DD HH:MM:SS` in `timezone`; give it to --as-of to repeat it */
  as_of: string;
  as_of_utc: string | null;
  timezone: string;
  period: ReportedPeriod;
  /** the funnel of --funnel; null: all */
  funnel: string | null;
  definitions: Definitions;
  /** a kind each; those of which there are none are not there */
  odd_dates: OddDates[];
}

/** The result of `report conversions`. */
export interface Conversions extends ReportHead {
  rows: FunnelRow[];
  totals: Figures;
  /** null with --funnel */
  between_funnels: BetweenFunnels | null;
  breakdown: Breakdown | null;
  comparison: Comparison | null;
  /** the stage between entering and buying; null without --clicks */
  clicks: ClickStage | null;
  not_counted: NotCounted | null;
  /**
   * the day on which the last entry of the period (the last moment of one that is not over) comes to be a window old:
   * after it the settled rate is final; null: it is. Without `to` it goes by the entries there are
   */
  final_on: string | null;
  /** sentences about what makes the numbers less than they seem */
  warnings: string[];
}

/** Buyers within `days` 24-hour periods of entering (0 days: within the first 24 hours), cumulative. */
export interface CohortCell {
  days: number;
  /** null: the end of the cohort is not that long ago yet, whatever the age of its entries */
  purchased: number | null;
  rate: number | null;
}

/** The entries of one month or week in one funnel. */
export interface CohortRow {
  /** `2026-10` or `2026-W43`; of outlying entries `before 2026-10` */
  cohort: string;
  /** as a breakdown's group */
  is_part: boolean;
  is_outlying: boolean;
  /** days of it that the report covers; `to` exclusive */
  from: string;
  to: string;
  funnel: string;
  /** without the undatable ones */
  entries: number;
  /** bought on a date that is missing or before the entry: in no cell, as in no settled rate */
  undatable: number;
  cells: CohortCell[];
}

/** The result of `report cohorts`: cohorts by time, in each every funnel. */
export interface Cohorts extends ReportHead {
  by: 'week' | 'month';
  days: number[];
  rows: CohortRow[];
  warnings: string[];
}

export const peopleStates = ['bought', 'open', 'lapsed', 'bought-before', 'refunded', 'paid-before-entering'] as const;
export type PersonState = (typeof peopleStates)[number];

/** One entry, or, with bought-before, one payment that no entry could be credited with. Moments in the report's zone. */
export interface Person {
  email: string;
  funnel: string;
  /** the entry's number; for bought-before that of the person's first entry */
  entry_id: Id;
  /** null: not recorded */
  test_id: Id | null;
  source: string | null;
  entered_at: string;
  /** null: not bought, or bought on a date that was not recorded */
  purchased_at: string | null;
}

/** The result of `report people`: the entries behind a figure, the oldest first. */
export interface People extends ReportHead {
  state: PersonState;
  people: Person[];
  /** how many there are in all; more than `people` when --limit cut them */
  total: number;
  warnings: string[];
}
