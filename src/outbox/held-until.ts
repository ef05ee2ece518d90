import { leaseIsLive } from './leases.ts';

/**
 * The column `heldUntil`: until when a worker holds the contact of the pending job `o`, whose entry is `e`; null when
 * nobody does. Leases are in UTC; what people read is the database's wall clock, like every other date of the outbox.
 */
export const heldUntil = {
  mysql: `CASE WHEN o.status = 'pending' THEN (SELECT CURRENT_TIMESTAMP
        + INTERVAL TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.lease_until) SECOND
      FROM brevo_contact_leases l WHERE l.email = e.email AND ${leaseIsLive.mysql}) END AS heldUntil`,
  sqlite: `CASE WHEN o.status = 'pending' THEN (SELECT l.lease_until FROM brevo_contact_leases l
      WHERE l.email = e.email AND ${leaseIsLive.sqlite}) END AS heldUntil`,
} as const;
