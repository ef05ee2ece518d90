-- A finished test enters once, whatever becomes of its row on the site: its number leads to the entry. An entry without
-- a test number stands for the tests that its person had finished by covers_until, which is NULL until a run has
-- recorded which tests those are.
ALTER TABLE funnel_entries ADD COLUMN covers_until TEXT NULL;

CREATE INDEX funnel_entries_user ON funnel_entries (user_id);

CREATE TABLE funnel_covered_tests (
  entry_id INTEGER NOT NULL,
  test_id INTEGER NOT NULL,
  PRIMARY KEY (entry_id, test_id)
);

-- When the duplicates were made that gave way to an entry. The script of find-duplicates makes the same table
-- in a database that is yet to be taken over.
CREATE TABLE IF NOT EXISTS funnel_removed_duplicates (
  entry_id INTEGER NOT NULL,
  entered_at TEXT NOT NULL,
  PRIMARY KEY (entry_id, entered_at)
);
