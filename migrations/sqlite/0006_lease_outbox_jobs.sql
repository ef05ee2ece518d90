-- A worker's time-limited hold on a job, and the indexes by which due jobs and the jobs of one entry are found.
ALTER TABLE brevo_sync_outbox ADD COLUMN lease_token TEXT NULL;

ALTER TABLE brevo_sync_outbox ADD COLUMN lease_until TEXT NULL;

CREATE INDEX brevo_sync_outbox_due ON brevo_sync_outbox (status, next_attempt_at, id);

CREATE INDEX brevo_sync_outbox_of_entry ON brevo_sync_outbox (funnel_entry_id, status);
