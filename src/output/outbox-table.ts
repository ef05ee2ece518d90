import { oneLine } from '../brevo/failure.ts';
import type { ListedJob, ListedJobs } from '../outbox/list.ts';
import type { Column } from './columns.ts';
import { entryGone } from './entry-gone.ts';
import { formatCount } from './numbers.ts';

/** The columns of `outbox list`. */
export const outboxColumns: Column<ListedJob>[] = [
  { key: 'id', title: 'Job', align: 'right', priority: 1, value: (row) => row.id },
  { key: 'status', title: 'Status', priority: 1, value: (row) => row.status },
  { key: 'next', title: 'Next attempt', priority: 2, value: describeWaiting },
  { key: 'operation', title: 'Operation', priority: 6, value: (row) => row.operation },
  { key: 'email', title: 'Address', priority: 1, value: (row) => row.email },
  { key: 'funnel', title: 'Funnel', priority: 7, value: (row) => row.funnel },
  { key: 'attempts', title: 'Attempts', align: 'right', priority: 5, value: (row) => row.attempts },
  { key: 'nextAttemptAt', title: 'Scheduled for', priority: 9, value: (row) => row.nextAttemptAt },
  { key: 'heldUntil', title: 'Held until', priority: 8, value: (row) => row.heldUntil },
  { key: 'updatedAt', title: 'Changed at', priority: 3, value: (row) => row.updatedAt },
  {
    key: 'lastError',
    title: 'Last error',
    priority: 2,
    value: ({ lastError }) => (lastError === null ? null : oneLine(lastError)),
  },
];

/** When a pending job is tried, or what it waits for; null for any other. */
function describeWaiting({ state, afterJob, nextAttemptAt }: ListedJob): string | null {
  if (state === 'scheduled') return nextAttemptAt;
  if (state === 'entry_gone') return entryGone;
  return state === 'waits' ? `after job ${afterJob}` : state;
}

/** What is said around the table: how many more there are, and how many there are of each status. */
export function describeJobs(listed: ListedJobs): { title: string; footer: string[] } {
  const { jobs, total, counts, email } = listed;
  const more = total - jobs.length;
  const title =
    total === 0
      ? 'No such job in the outbox.'
      : more === 0
        ? `${formatCount(total)} ${total === 1 ? 'job' : 'jobs'}`
        : `${formatCount(jobs.length)} of ${formatCount(total)} jobs`;
  const statuses = Object.entries(counts).map(([status, count]) => {
    return `${formatCount(count)} ${status}${status === 'pending' && count > 0 ? ` (${describePending(listed)})` : ''}`;
  });
  return {
    title,
    footer: [
      ...(more > 0 ? [`${formatCount(more)} more; see them with --limit.`] : []),
      `${email === null ? 'The whole outbox' : `All jobs of ${email}`}: ${statuses.join(', ')}.`,
    ],
  };
}

/** How many of the pending jobs are due, and how many no worker will ever take. */
function describePending({ due, entryGone: gone }: Pick<ListedJobs, 'due' | 'entryGone'>): string {
  return `${formatCount(due)} due${gone > 0 ? `, ${formatCount(gone)} ${entryGone}` : ''}`;
}
