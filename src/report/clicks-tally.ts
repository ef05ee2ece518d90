import { readAddress } from '../funnel/address.ts';
import { type FunnelType, funnelTypes } from '../funnel/funnel-type.ts';
import type { ClickedReport, ClickRequest } from './clicks.ts';
import type { ColumnPlaces } from './clicks-columns.ts';
import type { Click, matchClicks } from './clicks-entries.ts';
import type { ExportLine } from './clicks-file.ts';
import type { ClickFigures, ClickLines, ClickStage } from './clicks-result.ts';
import { mayBeAddress } from './clicks-shown.ts';
import { readClickTime } from './clicks-time.ts';
import { clickTimeForms } from './clicks-time-forms.ts';
import { IdSet } from './id-set.ts';
import { share } from './intervals.ts';

const namedCampaigns = 5;
const namedRejections = 10;

/** What is kept of an export while it is read: counts, the first peculiarities, and two bits for each entry. */
export class Tally {
  readonly lines: ClickLines = {
    read: 0,
    counted: 0,
    before_entering: 0,
    not_in_report: 0,
    after_as_of: 0,
    other_campaign: 0,
    rejected: 0,
  };
  readonly #request: ClickRequest;
  readonly #report: ClickedReport;
  readonly #funnelOf: ReadonlyMap<string, FunnelType>;
  readonly #others = new Set<string | null>();
  readonly #rejected: ClickStage['rejected_lines'] = [];
  #timeForms: readonly string[] = [];
  readonly #clicked = new Counted();
  readonly #bought = new Counted();

  constructor(request: ClickRequest, report: ClickedReport) {
    this.#request = request;
    this.#report = report;
    this.#funnelOf = new Map(funnelTypes.map((funnel) => [request.campaigns[funnel].toLowerCase(), funnel]));
  }

  /** The click on a line, or undefined when the line is of no use, which then is counted. */
  read({ cells, line }: ExportLine, places: ColumnPlaces, width: number): Click | undefined {
    this.lines.read += 1;
    if (cells.length !== width) return this.#reject(line, `${cells.length} columns instead of ${width}`);
    const cell = (place: number): string => cells[place] ?? '';
    const campaign = cell(places.campaign);
    const funnel = this.#funnelOf.get(campaign.toLowerCase());
    if (funnel === undefined) return this.#pass(campaign);
    // A part of the address that is not of the file's encoding would make it another one.
    if (cell(places.email).includes('\ufffd')) return this.#reject(line, 'an address that is not in UTF-8 or UTF-16');
    const address = readAddress(cell(places.email));
    if (!address.ok) return this.#reject(line, addressFault(address.rule));
    const time = readClickTime(cell(places.time), this.#report.timezone);
    if (typeof time === 'string') {
      this.#timeForms = clickTimeForms;
      return this.#reject(line, time);
    }
    return { email: address.address, funnel, ...time };
  }

  addMatches({ entries, outcomes }: Awaited<ReturnType<typeof matchClicks>>): void {
    for (const { outcome, clicks } of outcomes) this.lines[outcome] += clicks;
    for (const { id, funnel, thenBought } of entries) {
      this.#clicked.add(id, funnel);
      if (thenBought === 1) this.#bought.add(id, funnel);
    }
  }

  /** Of funnels that have a campaign: that nobody clicked for another one cannot be said. */
  stage(): ClickStage {
    const ofCampaigns = this.#report.rows.filter(({ funnel }) => hasCampaign(funnel));
    const rows = ofCampaigns.map(({ funnel, entries, purchased }) => ({
      funnel,
      ...figures({
        entries,
        clicked: this.#clicked.of(funnel),
        purchased,
        purchased_after_click: this.#bought.of(funnel),
      }),
    }));
    const sum = (key: keyof Counts): number => rows.reduce((total, row) => total + row[key], 0);
    return {
      file: this.#request.source.name,
      campaigns: { ...this.#request.campaigns },
      rows,
      totals: figures({
        entries: sum('entries'),
        clicked: sum('clicked'),
        purchased: sum('purchased'),
        purchased_after_click: sum('purchased_after_click'),
      }),
      lines: this.lines,
      other_campaigns: [...this.#others],
      rejected_lines: this.#rejected,
      time_forms: [...this.#timeForms],
    };
  }

  #reject(line: number, reason: string): undefined {
    this.lines.rejected += 1;
    if (this.#rejected.length < namedRejections) this.#rejected.push({ line, reason });
  }

  #pass(campaign: string): undefined {
    this.lines.other_campaign += 1;
    if (this.#others.size < namedCampaigns) {
      const shown = mayBeAddress(campaign) ? '(an address)' : campaign;
      this.#others.add(campaign === '' ? null : shown);
    }
  }
}

/** Whether e-mails of a funnel have links of their own. */
export function hasCampaign(funnel: string): boolean {
  return funnelTypes.some((type) => type === funnel);
}

type Counts = Pick<ClickFigures, 'entries' | 'clicked' | 'purchased' | 'purchased_after_click'>;

function figures({ entries, clicked, purchased, purchased_after_click }: Counts): ClickFigures {
  return {
    entries,
    clicked,
    click_rate: share(clicked, entries),
    purchased,
    purchased_after_click,
    conversion_after_click: share(purchased_after_click, clicked),
  };
}

/** Entries that are counted once each, by funnel. */
class Counted {
  readonly #ids = new IdSet();
  readonly #funnels = new Map<string, number>();

  add(id: Parameters<IdSet['add']>[0], funnel: string): void {
    if (this.#ids.add(id)) this.#funnels.set(funnel, this.of(funnel) + 1);
  }

  of(funnel: string): number {
    return this.#funnels.get(funnel) ?? 0;
  }
}

/** What was written instead of an address stays unsaid: it may be a part of one. */
function addressFault(rule: string): string {
  return rule === 'empty' ? 'no address' : `no usable address (${rule})`;
}
