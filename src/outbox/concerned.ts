import type { Id, Parameter, Session, Statement } from '../database/database.ts';
import { discardedByHand } from './job.ts';

/** Whom an action on many jobs concerns, and for how long they have waited: looked at before it is done. */
export interface Concerned {
  jobs: number;
  people: number;
  /** jobs whose entry is gone, so that they concern nobody any more */
  entryGone: number;
  /** those whose jobs are the oldest, the oldest first */
  firstPeople: string[];
  /** jobs by the days since they were enqueued, the youngest first; `upToDays` null: all that are older */
  ages: { upToDays: number | null; jobs: number }[];
  /** when the oldest job was enqueued, and whole days since then; the database's wall clock; null: there is none */
  oldestJobAt: string | null;
  oldestJobDays: number | null;
  /** when the oldest of their entries was made */
  oldestEntryAt: string | null;
}

/** When there are no jobs. */
export const nobody: Concerned = {
  jobs: 0,
  people: 0,
  entryGone: 0,
  firstPeople: [],
  ages: [],
  oldestJobAt: null,
  oldestJobDays: null,
  oldestEntryAt: null,
};

/** Which failed jobs: of this code, and enqueued within, or before, so many days. */
export interface FailedFilter {
  /** "500", "invalid_parameter" or both: what `last_error` begins with */
  code?: string | undefined;
  newerThanDays?: number | undefined;
  olderThanDays?: number | undefined;
}

const shownPeople = 5;
const ageSteps = [1, 7, 30, 90, 365] as const;

type Engine = 'mysql' | 'sqlite';
type Jobs = Record<Engine, string>;

const daysAgo = {
  mysql: (days: number | '?') => `CURRENT_TIMESTAMP - INTERVAL ${days} DAY`,
  sqlite: (days: number | '?') => `datetime('now', '-' || CAST(${days} AS INTEGER) || ' days')`,
};

// A drain writes "400 invalid_parameter: …", "503: …" or "timeout: …": the words before the first colon say what it was.
const label = {
  mysql: `CONCAT(' ', SUBSTRING_INDEX(COALESCE(o.last_error, ''), ':', 1), ' ')`,
  sqlite: `' ' || substr(o.last_error, 1, instr(o.last_error || ':', ':') - 1) || ' '`,
};
const hasCode = {
  mysql: `INSTR(${label.mysql}, CONCAT(' ', ?, ' ')) > 0`,
  sqlite: `instr(${label.sqlite}, ' ' || ? || ' ') > 0`,
};

const failedIn = (engine: Engine): string => `FROM brevo_sync_outbox o
    LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
  WHERE o.status NOT IN ('pending', 'success') AND COALESCE(o.last_error, '') NOT LIKE '${discardedByHand}%'
    AND (? IS NULL OR ${hasCode[engine]})
    AND (? IS NULL OR o.created_at >= ${daysAgo[engine]('?')})
    AND (? IS NULL OR o.created_at < ${daysAgo[engine]('?')})`;

/**
 * FROM and WHERE of the jobs that a filter takes: those that failed, but not by hand, and those in a status that no
 * program of today writes. Takes the values of `filterValues`.
 */
export const failedJobs: Jobs = { mysql: failedIn('mysql'), sqlite: failedIn('sqlite') };

/** The values that `failedJobs` takes. */
export function filterValues({ code, newerThanDays, olderThanDays }: FailedFilter): Parameter[] {
  return [code, newerThanDays, olderThanDays].flatMap((value) => [value ?? null, value ?? null]);
}

const givenJobs: Jobs = {
  mysql: `FROM (SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) t) j
    STRAIGHT_JOIN brevo_sync_outbox o ON o.id = j.id LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id WHERE 1 = 1`,
  sqlite: `FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
    WHERE o.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
};

const oldFailedJobs = `FROM brevo_sync_outbox o LEFT JOIN funnel_entries e ON e.id = o.funnel_entry_id
  WHERE o.status = 'failed' AND o.updated_at < ?`;

const both = (jobs: Jobs, text: (jobs: string, engine: Engine) => string): Statement => ({
  mysql: text(jobs.mysql, 'mysql'),
  sqlite: text(jobs.sqlite, 'sqlite'),
});

const olderThan = (engine: Engine): string =>
  ageSteps
    .map((days) => `SUM(CASE WHEN o.created_at < ${daysAgo[engine](days)} THEN 1 ELSE 0 END) AS older${days}`)
    .join(',\n    ');

const daysSince = {
  mysql: 'TIMESTAMPDIFF(DAY, MIN(o.created_at), CURRENT_TIMESTAMP)',
  sqlite: `CAST(julianday('now') - julianday(MIN(o.created_at)) AS INTEGER)`,
};

const survey = (jobs: Jobs): { count: Statement; people: Statement } => ({
  count: both(
    jobs,
    (from, engine) => `SELECT COUNT(*) AS jobs, COUNT(DISTINCT e.email) AS people,
    COUNT(*) - COUNT(e.id) AS entryGone, MIN(o.created_at) AS oldestJobAt,
    ${daysSince[engine]} AS oldestJobDays, MIN(e.entered_at) AS oldestEntryAt,
    ${olderThan(engine)} ${from}`,
  ),
  people: both(
    jobs,
    (from) => `SELECT e.email AS email, MIN(o.created_at) AS since ${from} AND e.id IS NOT NULL
    GROUP BY e.email ORDER BY since, email LIMIT ${shownPeople}`,
  ),
});

const surveys = {
  failed: survey(both(failedJobs, (from) => `${from} AND e.id IS NOT NULL`) as Jobs),
  given: survey(givenJobs),
  oldFailed: survey({ mysql: oldFailedJobs, sqlite: oldFailedJobs }),
};

/** Whom a retry of the failed jobs concerns; jobs whose entry is gone are not among them. Reads only. */
export function surveyFailed(session: Session, filter: FailedFilter): Promise<Concerned> {
  return look(session, surveys.failed, filterValues(filter));
}

/** Whom these jobs concern. Reads only. */
export function surveyJobs(session: Session, ids: readonly Id[]): Promise<Concerned> {
  return look(session, surveys.given, [JSON.stringify(ids)]);
}

/** Whom the failed jobs concern that have not changed since `before`. Reads only. */
export function surveyOldFailed(session: Session, before: string): Promise<Concerned> {
  return look(session, surveys.oldFailed, [before]);
}

type Counted = Omit<Concerned, 'ages' | 'firstPeople'> & Record<`older${(typeof ageSteps)[number]}`, number | string>;

async function look(
  session: Session,
  { count, people }: ReturnType<typeof survey>,
  values: readonly Parameter[],
): Promise<Concerned> {
  const [row] = await session.query<Counted>(count, values);
  if (row === undefined) throw new Error('A count without a row.');
  const first = await session.query<{ email: string }>(people, values);
  const { jobs, people: all, entryGone, oldestJobAt, oldestJobDays, oldestEntryAt } = row;
  const older = [jobs, ...ageSteps.map((days) => Number(row[`older${days}`] ?? 0))];
  const ages = older.map((atLeast, index) => ({
    upToDays: ageSteps[index] ?? null,
    jobs: atLeast - (older[index + 1] ?? 0),
  }));
  return {
    jobs,
    people: all,
    entryGone,
    firstPeople: first.map(({ email }) => email),
    ages: ages.filter((age) => age.jobs > 0),
    oldestJobAt,
    oldestJobDays,
    oldestEntryAt,
  };
}
