-- Contacts whose calls failed: one run each minute sees too few of them to tell what befalls everybody. The charges are
-- what is taken back when it does (JSON), failed_at is UTC.
CREATE TABLE brevo_suspected_contacts (
  account TEXT NOT NULL,
  email TEXT NOT NULL,
  cause TEXT NOT NULL,
  others_are_well INTEGER NOT NULL DEFAULT 0,
  charges TEXT NOT NULL,
  failed_at TEXT NOT NULL,
  PRIMARY KEY (account, email)
) WITHOUT ROWID;

-- Until when nobody on the account may call, by what Brevo answered. Microseconds since 1970 in UTC.
ALTER TABLE brevo_pace ADD COLUMN paused_until INTEGER NOT NULL DEFAULT 0;

-- When a contact was last delivered (UTC).
ALTER TABLE brevo_pace ADD COLUMN delivered_at TEXT NULL;
