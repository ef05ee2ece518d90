-- A finished test enters once, whatever becomes of its row on the site: its number leads to the entry. An entry without
-- a test number stands for the tests that its person had finished by covers_until, which is NULL until a run has
-- recorded which tests those are.
ALTER TABLE funnel_entries
  ADD COLUMN covers_until DATETIME NULL,
  ADD KEY funnel_entries_user (user_id);

-- No foreign key: the ids of a database that was taken over are of another type.
CREATE TABLE funnel_covered_tests (
  entry_id BIGINT NOT NULL,
  test_id BIGINT NOT NULL,
  PRIMARY KEY (entry_id, test_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- When the duplicates were made that gave way to an entry. The script of find-duplicates makes the same table
-- in a database that is yet to be taken over.
CREATE TABLE IF NOT EXISTS funnel_removed_duplicates (
  entry_id BIGINT NOT NULL,
  entered_at DATETIME NOT NULL,
  PRIMARY KEY (entry_id, entered_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
