/**
 * The column `heldUntil`: until when a worker holds the pending job `o`, null when nobody does. Leases are in UTC; what
 * people read is the database's wall clock, like every other date of the outbox.
 */
export const heldUntil = {
  mysql: `CASE WHEN o.status = 'pending' AND o.lease_until > UTC_TIMESTAMP() THEN
      CURRENT_TIMESTAMP + INTERVAL TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), o.lease_until) SECOND END AS heldUntil`,
  sqlite: `CASE WHEN o.status = 'pending' AND o.lease_until > CURRENT_TIMESTAMP THEN o.lease_until END AS heldUntil`,
} as const;
