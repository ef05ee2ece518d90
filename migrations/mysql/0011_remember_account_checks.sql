-- When the account was last found to have the configured lists and attributes (UTC), and a fingerprint of which.
ALTER TABLE brevo_pace ADD COLUMN checked_at DATETIME NULL;

ALTER TABLE brevo_pace ADD COLUMN checked_what CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL;
