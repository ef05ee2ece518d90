-- When the test was finished, and the configured source of the funnel at the time of entry (analytics guide, 6).
ALTER TABLE funnel_entries ADD COLUMN test_completed_at DATETIME NULL;

ALTER TABLE funnel_entries ADD COLUMN source VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;

ALTER TABLE funnel_entries ADD KEY funnel_entries_entered (entered_at, funnel_type, certificate_purchased);
