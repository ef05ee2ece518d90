-- One row per person, funnel and test. The same table as the predecessor's, so that its database can be taken over.
CREATE TABLE funnel_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL,
  funnel_type TEXT NOT NULL,
  user_id INTEGER NULL,
  test_id INTEGER NULL,
  entered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  certificate_purchased INTEGER NOT NULL DEFAULT 0,
  certificate_purchased_at TEXT NULL
);
