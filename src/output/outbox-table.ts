import { oneLine, shorten } from '../brevo/failure.ts';
import type { ListedJob, ListedJobs } from '../outbox/list.ts';
import type { Column } from './columns.ts';
import { formatCount } from './numbers.ts';

/** in UTF-16 units; --json and `outbox show` have the whole error */
const longestError = 60;

/** The columns of `outbox list`. A blank next attempt means now. */
export const outboxColumns: Column<ListedJob>[] = [
  { key: 'id', title: 'Job', align: 'right', priority: 1, value: (row) => row.id },
  { key: 'status', title: 'Status', priority: 1, value: (row) => row.status },
  { key: 'operation', title: 'Operation', priority: 4, value: (row) => row.operation },
  { key: 'email', title: 'Address', priority: 1, value: (row) => row.email },
  { key: 'funnel', title: 'Funnel', priority: 6, value: (row) => row.funnel },
  { key: 'attempts', title: 'Attempts', align: 'right', priority: 3, value: (row) => row.attempts },
  { key: 'nextAttemptAt', title: 'Next attempt', priority: 2, value: (row) => row.nextAttemptAt },
  { key: 'heldUntil', title: 'Held until', priority: 3, value: (row) => row.heldUntil },
  {
    key: 'lastError',
    title: 'Last error',
    priority: 5,
    value: ({ lastError }) => (lastError === null ? null : shorten(oneLine(lastError), longestError)),
  },
];

/** What is said around the table: how many more there are, and how many there are of each status. */
export function describeJobs(listed: ListedJobs): { title: string; footer: string[] } {
  const { jobs, total, counts, due, email } = listed;
  const more = total - jobs.length;
  const title =
    total === 0
      ? 'No such job in the outbox.'
      : more === 0
        ? `${formatCount(total)} ${total === 1 ? 'job' : 'jobs'}`
        : `${formatCount(jobs.length)} of ${formatCount(total)} jobs`;
  const statuses = Object.entries(counts).map(([status, count]) => {
    const dueNow = status === 'pending' && count > 0 ? ` (${formatCount(due)} due)` : '';
    return `${formatCount(count)} ${status}${dueNow}`;
  });
  return {
    title,
    footer: [
      ...(more > 0 ? [`${formatCount(more)} more; see them with --limit.`] : []),
      `${email === null ? 'The whole outbox' : `All jobs of ${email}`}: ${statuses.join(', ')}.`,
    ],
  };
}
