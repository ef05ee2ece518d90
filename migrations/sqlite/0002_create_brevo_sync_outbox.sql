-- The jobs for Brevo, written in the same transaction as the entry they belong to.
CREATE TABLE brevo_sync_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  funnel_entry_id INTEGER NOT NULL REFERENCES funnel_entries (id),
  operation_type TEXT NOT NULL,
  payload TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending',
  retry_count INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NULL,
  next_attempt_at TEXT NULL,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
