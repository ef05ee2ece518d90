-- Addresses are compared byte for byte. The predecessor's table may have been made in another engine, row format (too
-- short keys) or character set.
ALTER TABLE funnel_entries
  ENGINE = InnoDB,
  ROW_FORMAT = DYNAMIC,
  MODIFY email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  MODIFY funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  MODIFY user_id BIGINT NULL,
  MODIFY test_id BIGINT NULL;

-- NULLs would defeat the unique key, so 0 stands for "not recorded". Not before the addresses are compared byte for byte:
-- a unique key of the predecessor's would take two of them for one. In batches: the parameters are the ids around each.
UPDATE funnel_entries SET test_id = 0 WHERE test_id IS NULL AND id > ? AND id <= ?;

ALTER TABLE funnel_entries MODIFY test_id BIGINT NOT NULL DEFAULT 0;
