-- A worker's time-limited hold on a contact and on all of its jobs: the key lets one worker have it, on every node of a
-- cluster. The lease_token of a job names the claim that recorded its outcome.
CREATE TABLE brevo_contact_leases (
  email VARCHAR(255) NOT NULL,
  lease_token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lease_until DATETIME NOT NULL,
  PRIMARY KEY (email)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE brevo_sync_outbox DROP COLUMN lease_until;
