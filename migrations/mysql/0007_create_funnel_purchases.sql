-- The site's paid certificates as the funnels see them: address in its normal form, so that matching is an index
-- look-up. matched_at says when the entries of that person were marked; NULL means not yet.
CREATE TABLE funnel_purchases (
  payment_id BIGINT NOT NULL,
  email VARCHAR(255) NOT NULL,
  funnel_type VARCHAR(32) NOT NULL,
  paid_at DATETIME NOT NULL,
  matched_at DATETIME NULL,
  PRIMARY KEY (payment_id),
  KEY funnel_purchases_person (email, funnel_type, paid_at),
  KEY funnel_purchases_waiting (matched_at, payment_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
