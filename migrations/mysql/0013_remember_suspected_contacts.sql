-- Contacts whose calls failed: one run each minute sees too few of them to tell what befalls everybody. The charges are
-- what is taken back when it does (JSON), failed_at is UTC.
CREATE TABLE brevo_suspected_contacts (
  account CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  cause VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  others_are_well TINYINT NOT NULL DEFAULT 0,
  charges TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  failed_at DATETIME NOT NULL,
  PRIMARY KEY (account, email)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT = DYNAMIC;

-- Until when nobody on the account may call, by what Brevo answered. Microseconds since 1970 in UTC.
ALTER TABLE brevo_pace ADD COLUMN paused_until BIGINT NOT NULL DEFAULT 0;

-- When a contact was last delivered (UTC).
ALTER TABLE brevo_pace ADD COLUMN delivered_at DATETIME NULL;
