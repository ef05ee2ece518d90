-- For a while the predecessor wrote statuses that mean nothing here (error, say): no command would ever see such a job.
-- One that is ours in another case is that; any other has failed, and says what it was before. In batches.
UPDATE brevo_sync_outbox
SET next_attempt_at = CASE WHEN LOWER(TRIM(status)) = 'pending' THEN next_attempt_at END,
  last_error = CASE WHEN LOWER(TRIM(status)) IN ('pending', 'success', 'failed') OR last_error IS NOT NULL THEN last_error
    ELSE CONCAT('Its status was "', status, '" before funnels took over.') END,
  status = CASE WHEN LOWER(TRIM(status)) IN ('pending', 'success', 'failed') THEN LOWER(TRIM(status)) ELSE 'failed' END
WHERE status NOT IN ('pending', 'success', 'failed') AND id > ? AND id <= ?;
