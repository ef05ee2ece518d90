import type { Session } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { type FunnelType, funnelTypes } from '../funnel/funnel-type.ts';
import { type ColumnNames, type ColumnPlaces, findColumns } from './clicks-columns.ts';
import { type Click, type ClickScope, matchClicks } from './clicks-entries.ts';
import { type ClickSource, readExport } from './clicks-file.ts';
import type { ClickStage } from './clicks-result.ts';
import { hasCampaign, Tally } from './clicks-tally.ts';
import { requireUsableLines } from './clicks-warnings.ts';

/** An export to count the clicks of. */
export interface ClickRequest {
  source: ClickSource;
  campaigns: Readonly<Record<FunnelType, string>>;
  /** columns named by hand */
  columns: ColumnNames;
  /** told how many lines have been read */
  onProgress?: ((lines: number) => void) | undefined;
}

/** The report whose entries the clicks are matched with. */
export interface ClickedReport {
  scope: ClickScope;
  /** the zone (IANA) of times without an offset; undefined: the database's own */
  timezone: string | undefined;
  /** the funnels of the report, with their figures */
  rows: readonly { funnel: string; entries: number; purchased: number }[];
}

const batchSize = 1_000;

/**
 * Reads an export of clicks once, a batch at a time, and matches it with the entries of a report. Memory does not grow
 * with the file: what is kept is two bits for each entry. Reads only; a data Problem when the file is no such export, or
 * when it has lines for the campaigns of which none can be used; a usage Problem when no funnel of the report has a campaign.
 */
export async function countClicks(session: Session, request: ClickRequest, report: ClickedReport): Promise<ClickStage> {
  const { source, columns, onProgress } = request;
  if (!report.rows.some(({ funnel }) => hasCampaign(funnel))) {
    throw new Problem('usage', `The funnel ${report.scope.funnel} has no campaign whose clicks could be counted.`, {
      hint: `Leave --clicks out, or choose one of: ${funnelTypes.join(', ')}`,
    });
  }
  const tally = new Tally(request, report);
  let places: ColumnPlaces | undefined;
  let width = 0;
  let batch: Click[] = [];
  const matchBatch = async (): Promise<void> => {
    if (batch.length > 0) tally.addMatches(await matchClicks(session, batch, report.scope));
    batch = [];
  };
  for await (const line of readExport(source)) {
    if (places === undefined) {
      places = findColumns(line.cells, columns, source.name);
      width = line.cells.length;
      continue;
    }
    const click = tally.read(line, places, width);
    if (click !== undefined) batch.push(click);
    if (batch.length === batchSize) await matchBatch();
    if (tally.lines.read % batchSize === 0) onProgress?.(tally.lines.read);
  }
  await matchBatch();
  const stage = tally.stage();
  requireUsableLines(stage);
  return stage;
}
