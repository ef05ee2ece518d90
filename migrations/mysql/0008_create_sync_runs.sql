-- What each sync did: when, where, by which program, with which counters (JSON) and how it ended.
CREATE TABLE sync_runs (
  id CHAR(36) NOT NULL,
  started_at DATETIME NOT NULL,
  finished_at DATETIME NULL,
  host VARCHAR(255) NOT NULL,
  version VARCHAR(32) NOT NULL,
  outcome VARCHAR(16) NOT NULL,
  counters TEXT NULL,
  PRIMARY KEY (id),
  KEY sync_runs_started (started_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
