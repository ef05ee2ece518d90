-- NULLs would defeat the unique key, so 0 stands for "not recorded"; addresses are compared byte for byte.
UPDATE funnel_entries SET test_id = 0 WHERE test_id IS NULL;

ALTER TABLE funnel_entries MODIFY test_id BIGINT NOT NULL DEFAULT 0;

ALTER TABLE funnel_entries MODIFY email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;

ALTER TABLE funnel_entries MODIFY funnel_type VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;
