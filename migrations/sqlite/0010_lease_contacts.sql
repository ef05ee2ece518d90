-- A worker's time-limited hold on a contact and on all of its jobs: the key lets one worker have it. The lease_token of
-- a job names the claim that recorded its outcome.
CREATE TABLE brevo_contact_leases (
  email TEXT PRIMARY KEY,
  lease_token TEXT NOT NULL,
  lease_until TEXT NOT NULL
);

ALTER TABLE brevo_sync_outbox DROP COLUMN lease_until;
