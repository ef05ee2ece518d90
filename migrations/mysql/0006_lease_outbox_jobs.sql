-- A worker's time-limited hold on a job, and the indexes by which due jobs and the jobs of one entry are found.
ALTER TABLE brevo_sync_outbox ADD COLUMN lease_token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL;

ALTER TABLE brevo_sync_outbox ADD COLUMN lease_until DATETIME NULL;

ALTER TABLE brevo_sync_outbox ADD KEY brevo_sync_outbox_due (status, next_attempt_at, id);

ALTER TABLE brevo_sync_outbox ADD KEY brevo_sync_outbox_of_entry (funnel_entry_id, status);
