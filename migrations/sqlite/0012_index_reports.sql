-- What the reports count is read from the index alone; a month of it by its days. Purchases of a period by their date.
DROP INDEX funnel_entries_entered;

CREATE INDEX funnel_entries_entered
  ON funnel_entries (entered_at, funnel_type, certificate_purchased, certificate_purchased_at);

CREATE INDEX funnel_purchases_paid ON funnel_purchases (paid_at, funnel_type, email);
