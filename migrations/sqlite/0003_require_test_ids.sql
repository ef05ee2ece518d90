-- NULLs would defeat the unique key, so 0 stands for "not recorded"; addresses are compared byte for byte.
CREATE TABLE funnel_entries_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL,
  funnel_type TEXT NOT NULL,
  user_id INTEGER NULL,
  test_id INTEGER NOT NULL DEFAULT 0,
  entered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  certificate_purchased INTEGER NOT NULL DEFAULT 0,
  certificate_purchased_at TEXT NULL
);

INSERT INTO funnel_entries_new
  (id, email, funnel_type, user_id, test_id, entered_at, certificate_purchased, certificate_purchased_at)
SELECT id, email, funnel_type, user_id, COALESCE(test_id, 0), entered_at, certificate_purchased, certificate_purchased_at
FROM funnel_entries;

DROP TABLE funnel_entries;

ALTER TABLE funnel_entries_new RENAME TO funnel_entries;
