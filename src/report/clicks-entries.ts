import type { Id, Parameter, Session, Statement } from '../database/database.ts';
import type { FunnelType } from '../funnel/funnel-type.ts';
import type { ClickOutcome } from './clicks-result.ts';
import { bought, type FollowUp, type Scope } from './scope.ts';

/** One click of an export: a normalised address, the funnel of its campaign, and when (one of `at` and `epoch`). */
export interface Click {
  email: string;
  funnel: FunnelType;
  /** the database's wall clock, 'YYYY-MM-DD HH:MM:SS' */
  at?: string;
  /** seconds since 1970 */
  epoch?: number;
}

/** Which entries clicks can count for; clicks and purchases from `knownUntil` on have not happened yet. */
export type ClickScope = Pick<Scope, 'from' | 'until' | 'funnel' | 'knownUntil' | 'columns'>;

/** An entry that was clicked from; `thenBought` when one of these clicks was at or before the purchase. */
export interface ClickedEntry {
  id: Id;
  funnel: string;
  thenBought: 0 | 1;
}

const mysqlBatch = `(SELECT j.email, j.funnel_type, COALESCE(j.wall_clock, FROM_UNIXTIME(j.epoch)) AS clicked_at
    FROM JSON_TABLE(?, '$[*]' COLUMNS (
      email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.email',
      funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$.funnel',
      wall_clock DATETIME PATH '$.at',
      epoch BIGINT PATH '$.epoch')) j) c`;

const sqliteBatch = `(SELECT value ->> 'email' AS email, value ->> 'funnel' AS funnel_type,
      COALESCE(value ->> 'at', datetime(value ->> 'epoch', 'unixepoch')) AS clicked_at
    FROM json_each(?)) c`;

const sameFunnel = 'e.email = c.email AND e.funnel_type = c.funnel_type';
const inReport = `e.entered_at >= ? AND e.entered_at < ? AND (? = '' OR e.funnel_type = ?)`;

const clicked = (batch: string, columns: FollowUp): string => `SELECT e.id AS id, e.funnel_type AS funnel,
    MAX(CASE WHEN ${bought(columns)}
      AND c.clicked_at <= e.certificate_purchased_at THEN 1 ELSE 0 END) AS thenBought
  FROM ${batch} JOIN funnel_entries e ON ${sameFunnel} AND e.entered_at <= c.clicked_at
  WHERE c.clicked_at < ? AND ${inReport}
  GROUP BY e.id, e.funnel_type`;

const selectClicked = (columns: FollowUp): Statement => {
  return { mysql: clicked(mysqlBatch, columns), sqlite: clicked(sqliteBatch, columns) };
};

const outcomes = (batch: string): string => `SELECT CASE
      WHEN told.clicked_at >= ? THEN 'after_as_of'
      WHEN told.first_entered_at IS NULL THEN 'not_in_report'
      WHEN told.first_entered_at <= told.clicked_at THEN 'counted'
      ELSE 'before_entering' END AS outcome, COUNT(*) AS clicks
  FROM (SELECT c.clicked_at,
      (SELECT MIN(e.entered_at) FROM funnel_entries e WHERE ${sameFunnel} AND ${inReport}) AS first_entered_at
    FROM ${batch}) told
  GROUP BY outcome`;

const selectOutcomes: Statement = { mysql: outcomes(mysqlBatch), sqlite: outcomes(sqliteBatch) };

/**
 * Matches a batch of clicks with the entries of a report: a click counts for every entry of its person and funnel that
 * was made at or before it. Returns each clicked entry once, and how many clicks had which outcome. Reads only.
 */
export async function matchClicks(
  session: Session,
  clicks: readonly Click[],
  { from, until, funnel, knownUntil, columns }: ClickScope,
): Promise<{ entries: ClickedEntry[]; outcomes: { outcome: ClickOutcome; clicks: number }[] }> {
  const batch = JSON.stringify(clicks);
  const report: Parameter[] = [from, until, funnel, funnel];
  return {
    entries: await session.query<ClickedEntry>(selectClicked(columns), [
      ...[knownUntil, knownUntil, batch, knownUntil],
      ...report,
    ]),
    outcomes: await session.query(selectOutcomes, [knownUntil, ...report, batch]),
  };
}
