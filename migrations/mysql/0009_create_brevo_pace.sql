-- When the next call to Brevo may start, one row per account: all workers take their turns from it.
-- Microseconds since 1970 in UTC.
CREATE TABLE brevo_pace (
  account CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  next_call_at BIGINT NOT NULL,
  PRIMARY KEY (account)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
