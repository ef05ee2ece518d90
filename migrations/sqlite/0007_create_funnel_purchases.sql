-- The site's paid certificates as the funnels see them: address in its normal form, so that matching is an index
-- look-up. matched_at says when the entries of that person were marked; NULL means not yet.
CREATE TABLE funnel_purchases (
  payment_id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  funnel_type TEXT NOT NULL,
  paid_at TEXT NOT NULL,
  matched_at TEXT NULL
);

CREATE INDEX funnel_purchases_person ON funnel_purchases (email, funnel_type, paid_at);

CREATE INDEX funnel_purchases_waiting ON funnel_purchases (matched_at, payment_id);
