-- Somebody who paid after finishing the test and before the entry is out of the mails, but no conversion. What was paid
-- and is paid no more (refunded, or gone from the site) stays marked, so that it can come back, and is not counted.
ALTER TABLE funnel_entries
  ADD COLUMN paid_before_entering_at DATETIME NULL,
  ADD COLUMN certificate_refunded_at DATETIME NULL,
  DROP KEY funnel_entries_entered,
  ADD KEY funnel_entries_entered (entered_at, funnel_type, certificate_purchased, certificate_purchased_at,
    certificate_refunded_at, paid_before_entering_at);

-- When a run found that the site no longer calls the payment paid.
ALTER TABLE funnel_purchases ADD COLUMN revoked_at DATETIME NULL;
