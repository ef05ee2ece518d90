import type { FunnelType } from '../funnel/funnel-type.ts';

/** How far the entries of one funnel came. */
export interface ClickFigures {
  entries: number;
  /** entries with a click of their person, for their funnel's campaign, at or after entering */
  clicked: number;
  /** clicked / entries, a fraction; null without entries */
  click_rate: number | null;
  /** entries marked as bought, clicked or not */
  purchased: number;
  /** entries that bought at or after such a click */
  purchased_after_click: number;
  /** purchased_after_click / clicked, a fraction; null without clicks */
  conversion_after_click: number | null;
}

export interface FunnelClicks extends ClickFigures {
  funnel: string;
}

/** What became of the lines of the export; `read` is the sum of the others. */
export interface ClickLines {
  /** without the header and blank lines */
  read: number;
  /** at or after entering, of at least one entry of the report */
  counted: number;
  /** by people of the report, before they entered */
  before_entering: number;
  /** by people without an entry of that funnel in the report */
  not_in_report: number;
  /** after the moment of --as-of */
  after_as_of: number;
  /** of a campaign that is of no funnel */
  other_campaign: number;
  /** without a usable address or time, or with columns missing or too many */
  rejected: number;
}

export type ClickOutcome = 'counted' | 'before_entering' | 'not_in_report' | 'after_as_of';

/** The stage between entering and buying, from an export of the analytics system (analytics guide, 5). */
export interface ClickStage {
  file: string;
  /** the campaigns that were looked for; capitals make no difference */
  campaigns: Record<FunnelType, string>;
  /** of the funnels that have a campaign */
  rows: FunnelClicks[];
  /** of these together */
  totals: ClickFigures;
  lines: ClickLines;
  /** the first campaigns that are of no funnel, at most 5; null: a line without one */
  other_campaigns: (string | null)[];
  /** the first lines that cannot be counted, at most 10 */
  rejected_lines: { line: number; reason: string }[];
  /** the forms of times that are read; empty unless a time could not be read */
  time_forms: string[];
}
