-- What each sync did: when, where, by which program, with which counters (JSON) and how it ended.
CREATE TABLE sync_runs (
  id TEXT PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT NULL,
  host TEXT NOT NULL,
  version TEXT NOT NULL,
  outcome TEXT NOT NULL,
  counters TEXT NULL
);

CREATE INDEX sync_runs_started ON sync_runs (started_at);
