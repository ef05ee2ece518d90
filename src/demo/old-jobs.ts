import { wallClock } from './calendar.ts';
import { copiedEntries, type OldEntry } from './old-entries.ts';
import { demoLists } from './settings.ts';

/** A row of the predecessor's brevo_sync_outbox. */
export interface OldJob {
  entryId: number;
  operation: 'upsert_contact' | 'update_after_purchase';
  payload: string;
  status: 'pending' | 'success';
  retryCount: number;
  lastError: string | null;
  createdAt: string;
}

/** How many of its last jobs the predecessor left undone, one of them unreadable. */
const pendingJobs = 8;

/** The predecessor's jobs in the order it wrote them: an upsert for each entry, and an update for each purchase it saw. */
export function makeOldJobs(entries: readonly OldEntry[], today: string): OldJob[] {
  const copied = copiedEntries(entries);
  const jobs = entries.flatMap((entry): (OldJob & { isClean: boolean })[] => {
    const isClean = /^[\w.'-]+@[\w.-]+$/.test(entry.email) && !copied.has(entry);
    const job = { entryId: entry.id, status: 'success' as const, retryCount: 0, lastError: null, isClean };
    const entered = wallClock(today, entry);
    const upsert = { ...job, operation: 'upsert_contact' as const, payload: upsertPayload(entry), createdAt: entered };
    if (entry.purchasedAt === null) return [upsert];
    const paid = wallClock(today, entry.purchasedAt);
    const update = { ...job, operation: 'update_after_purchase' as const, payload: purchasePayload(entry, paid) };
    return [upsert, { ...update, createdAt: paid }];
  });
  jobs.sort((a, b) => (a.createdAt === b.createdAt ? a.entryId - b.entryId : a.createdAt < b.createdAt ? -1 : 1));
  const open = new Set(jobs.filter(({ isClean }) => isClean).slice(-pendingJobs));
  const [unreadable, tried] = [...open].filter(({ operation }) => operation === 'upsert_contact');
  return jobs.map((job) => {
    const { isClean: _, ...row } = job;
    if (!open.has(job)) return row;
    // As a Python dictionary looks when it is printed instead of encoded.
    if (job === unreadable) return { ...row, status: 'pending', payload: row.payload.replaceAll('"', "'") };
    if (job === tried) return { ...row, status: 'pending', retryCount: 2, lastError: 'HTTP 502 Bad Gateway' };
    return { ...row, status: 'pending' };
  });
}

function upsertPayload({ email, funnel, userId, testId }: OldEntry): string {
  return JSON.stringify({
    email,
    funnel_type: funnel,
    user_id: userId,
    test_id: testId,
    list_ids: [demoLists[funnel]],
    attributes: { FUNNEL_TYPE: funnel },
  });
}

function purchasePayload({ email, funnel }: OldEntry, paidAt: string): string {
  return JSON.stringify({
    email,
    funnel_type: funnel,
    purchased_at: paidAt,
    // As the predecessor wrote them: a number, and a moment of time.
    attributes: { FUNNEL_TYPE: funnel, CERTIFICATE_PURCHASED: 1, CERTIFICATE_PURCHASED_AT: paidAt.replace(' ', 'T') },
  });
}
