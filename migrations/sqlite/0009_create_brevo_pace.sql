-- When the next call to Brevo may start, one row per account: all workers take their turns from it.
-- Microseconds since 1970 in UTC.
CREATE TABLE brevo_pace (
  account TEXT PRIMARY KEY,
  next_call_at INTEGER NOT NULL
);
