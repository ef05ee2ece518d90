-- A worker's time-limited hold on a job, and the indexes by which due jobs and the jobs of one entry are found.
-- The predecessor's jobs may be in a character set that lacks letters of an address.
ALTER TABLE brevo_sync_outbox
  ENGINE = InnoDB,
  ROW_FORMAT = DYNAMIC,
  MODIFY operation_type VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  MODIFY payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  MODIFY status VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'pending',
  MODIFY last_error TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;

ALTER TABLE brevo_sync_outbox ADD COLUMN lease_token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL;

ALTER TABLE brevo_sync_outbox ADD COLUMN lease_until DATETIME NULL;

ALTER TABLE brevo_sync_outbox ADD KEY brevo_sync_outbox_due (status, next_attempt_at, id);

ALTER TABLE brevo_sync_outbox ADD KEY brevo_sync_outbox_of_entry (funnel_entry_id, status);
