import type { Statement } from '../database/database.ts';
import { leaseIsLive } from './leases.ts';

type Engine = 'mysql' | 'sqlite';

/**
 * What stands between a pending job and a worker, the first that applies: its entry is gone · a worker holds its contact
 * · its own time has not come · a job that comes before it for the same contact still waits for its time · nothing.
 */
export type WaitingState = 'entry_gone' | 'held' | 'scheduled' | 'waits' | 'due';

// The order of the joins and their indexes are fixed: from stale statistics a server may read all pending jobs for each
// job.
const words = {
  mysql: { join: 'STRAIGHT_JOIN', greatest: 'GREATEST', ofEntry: 'FORCE INDEX (brevo_sync_outbox_of_entry)' },
  sqlite: { join: 'CROSS JOIN', greatest: 'MAX', ofEntry: '' },
} as const;

/** Whether the time of the pending job `o` has come (analytics guide, 2.1 and 2.2). */
export const isTimely = '(o.next_attempt_at IS NULL OR o.next_attempt_at <= CURRENT_TIMESTAMP)';

/**
 * Where a job stands in the line of its contact: in the order in which they were enqueued, but a purchase never before
 * the upsert of its entry, whatever their ids (the nodes of a cluster number for themselves).
 */
function placeInLine(job: string, engine: Engine): string {
  const { greatest, ofEntry } = words[engine];
  return `CASE WHEN ${job}.operation_type = 'update_after_purchase'
      THEN ${greatest}(${job}.id, COALESCE((SELECT MAX(u.id) FROM brevo_sync_outbox u ${ofEntry}
        WHERE u.funnel_entry_id = ${job}.funnel_entry_id AND u.status = 'pending'
          AND u.operation_type = 'upsert_contact'), 0)) ELSE ${job}.id END,
    CASE WHEN ${job}.operation_type = 'update_after_purchase' THEN 1 ELSE 0 END, ${job}.id`;
}

/** For ORDER BY: the line of the contact of the pending jobs `o`. */
export const lineOrder = { mysql: placeInLine('o', 'mysql'), sqlite: placeInLine('o', 'sqlite') };

/** The jobs `p` whose time has not come and that come before the job `o`, whose entry is `e`. */
function scheduledBefore(engine: Engine): string {
  const { join, ofEntry } = words[engine];
  return `FROM funnel_entries f ${join} brevo_sync_outbox p ${ofEntry} ON p.funnel_entry_id = f.id
    WHERE f.email = e.email AND p.status = 'pending' AND p.next_attempt_at > CURRENT_TIMESTAMP
      AND (${placeInLine('p', engine)}) < (${placeInLine('o', engine)})`;
}

const isHeld = (engine: Engine): string =>
  `EXISTS (SELECT 1 FROM brevo_contact_leases l WHERE l.email = e.email AND ${leaseIsLive[engine]})`;

const isBehind = (engine: Engine): string => `EXISTS (SELECT 1 ${scheduledBefore(engine)})`;

const isFree = (engine: Engine): string => `NOT ${isHeld(engine)} AND NOT ${isBehind(engine)}`;

/** Whether a worker may take the pending job `o`, whose entry `e` is there. */
export const isDue = { mysql: `${isTimely} AND ${isFree('mysql')}`, sqlite: `${isTimely} AND ${isFree('sqlite')}` };

const stateIn = (
  engine: Engine,
): string => `CASE WHEN o.status <> 'pending' THEN NULL WHEN e.id IS NULL THEN 'entry_gone'
      WHEN ${isHeld(engine)} THEN 'held' WHEN NOT ${isTimely} THEN 'scheduled'
      WHEN ${isBehind(engine)} THEN 'waits' ELSE 'due' END`;

/** The WaitingState of the job `o`, its entry `e` in an outer join; null when it is not pending. */
export const waitingState = { mysql: stateIn('mysql'), sqlite: stateIn('sqlite') };

const firstBefore = (engine: Engine): string => `CASE WHEN o.status = 'pending' AND NOT ${isHeld(engine)}
      THEN (SELECT p.id ${scheduledBefore(engine)} ORDER BY ${placeInLine('p', engine)} LIMIT 1) END`;

/** The id of the first job that has to be delivered before the pending job `o`, null when there is none. */
export const jobBefore = { mysql: firstBefore('mysql'), sqlite: firstBefore('sqlite') };

/** For ORDER BY: since when the pending jobs `o` are due. */
export const dueOrder = 'COALESCE(o.next_attempt_at, o.created_at), o.id';

/** A job as the statement of `dueJobs` gives it, besides the columns it was asked for. */
export interface DueRow {
  id: number | string;
  dueSince: string;
}

/**
 * The first due jobs with these columns (of the job `o` and its entry `e`), those first that have been due for longest: a
 * retry since its time, a new job since it was enqueued. The index has those two apart, each in its order, so it is read
 * twice and the results are merged. Takes the limit three times, the first two each after what a `condition` takes.
 */
export function dueJobs(
  columns: Record<Engine, string>,
  { lock = '', condition = '1 = 1' }: { lock?: string; condition?: string } = {},
): Statement {
  const some = (engine: Engine, since: string, time: string, order: string): string =>
    `SELECT o.id AS id, o.${since} AS dueSince, ${columns[engine]}
    FROM brevo_sync_outbox o ${engine === 'mysql' ? 'FORCE INDEX (brevo_sync_outbox_due)' : ''}
      ${words[engine].join} funnel_entries e ON e.id = o.funnel_entry_id
    WHERE o.status = 'pending' AND o.next_attempt_at ${time} AND ${isFree(engine)} AND ${condition}
    ORDER BY ${order} LIMIT ?`;
  const both = (engine: Engine): readonly [string, string] => [
    some(engine, 'created_at', 'IS NULL', 'o.id'),
    some(engine, 'next_attempt_at', '<= CURRENT_TIMESTAMP', 'o.next_attempt_at, o.id'),
  ];
  const [fresh, again] = both('mysql');
  return {
    mysql: `(${fresh} ${lock}) UNION ALL (${again} ${lock}) ORDER BY dueSince, id LIMIT ?`,
    sqlite: `SELECT * FROM (${both('sqlite').join(') UNION ALL SELECT * FROM (')}) ORDER BY dueSince, id LIMIT ?`,
  };
}
