-- When the account was last found to have the configured lists and attributes (UTC), and a fingerprint of which.
ALTER TABLE brevo_pace ADD COLUMN checked_at TEXT NULL;

ALTER TABLE brevo_pace ADD COLUMN checked_what TEXT NULL;
