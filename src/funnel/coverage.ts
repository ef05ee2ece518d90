// Of an entry `e` without a test number. Where duplicates of it were removed the last of them counts, and so does a job
// that told Brevo of the entry: both show when the predecessor still took in that person.
const jobMade = `(SELECT MAX(o.created_at) FROM brevo_sync_outbox o
        WHERE o.funnel_entry_id = e.id AND o.operation_type = 'upsert_contact')`;
const duplicateMade = '(SELECT MAX(d.entered_at) FROM funnel_removed_duplicates d WHERE d.entry_id = e.id)';

const latest = (greatest: string): string =>
  `${greatest}(e.entered_at, COALESCE(${duplicateMade}, e.entered_at), COALESCE(${jobMade}, e.entered_at))`;

/**
 * The moment up to which an entry `e` without a test number stands for what its person had finished, as SQL. Once recorded it is
 * in `covers_until`, as jobs are deleted in time.
 */
export const coversUntil = { mysql: latest('GREATEST'), sqlite: latest('MAX') };

const old = (which: string): string => `EXISTS (SELECT 1 FROM funnel_entries e
      WHERE e.email = j.email AND e.test_id = 0 AND ${which})`;

const covers = `((e.funnel_type = j.funnel_type AND (e.entered_at >= j.finished_at OR e.covers_until >= j.finished_at))
        OR EXISTS (SELECT 1 FROM funnel_covered_tests c WHERE c.entry_id = e.id AND c.test_id = j.test_id))`;

/**
 * Whether a candidate `j` is covered by an entry of the same person that has no test number, as SQL: it was finished by
 * then, and in the same funnel, or its test was recorded as one that the entry stands for. That holds in whichever funnel
 * the test is now, as the site may have changed its language.
 */
export const isCovered = old(covers);

/** Whether there is such an entry of which nobody has recorded yet what it covers; until then it may be more than that. */
export const isUnclear = old('e.covers_until IS NULL');

/** Whether an entry `e` of the person of `j` is one of the two, as SQL. */
export const mayCover = `(e.test_id = 0 AND (e.covers_until IS NULL OR ${covers}))`;
