-- The jobs for Brevo, written in the same transaction as the entry they belong to.
CREATE TABLE brevo_sync_outbox (
  id BIGINT NOT NULL AUTO_INCREMENT,
  funnel_entry_id BIGINT NOT NULL,
  operation_type VARCHAR(64) NOT NULL,
  payload TEXT NOT NULL,
  status VARCHAR(16) NOT NULL DEFAULT 'pending',
  retry_count INT NOT NULL DEFAULT 0,
  last_error TEXT NULL,
  next_attempt_at DATETIME NULL,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  CONSTRAINT brevo_sync_outbox_entry FOREIGN KEY (funnel_entry_id) REFERENCES funnel_entries (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
