-- What the reports count is read from the index alone; a month of it by its days. Purchases of a period by their date.
ALTER TABLE funnel_entries
  DROP KEY funnel_entries_entered,
  ADD KEY funnel_entries_entered (entered_at, funnel_type, certificate_purchased, certificate_purchased_at);

ALTER TABLE funnel_purchases ADD KEY funnel_purchases_paid (paid_at, funnel_type, email);
