-- When the test was finished, and the configured source of the funnel at the time of entry (analytics guide, 6).
ALTER TABLE funnel_entries ADD COLUMN test_completed_at TEXT NULL;

ALTER TABLE funnel_entries ADD COLUMN source TEXT NULL;

CREATE INDEX funnel_entries_entered ON funnel_entries (entered_at, funnel_type, certificate_purchased);
