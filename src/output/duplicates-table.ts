import type { DuplicateGroup, Duplicates } from '../funnel/duplicates.ts';
import type { Column } from './columns.ts';
import { formatCount } from './numbers.ts';

/** The columns the analytics guide, 1.2, asks for. */
export const duplicateColumns: Column<DuplicateGroup>[] = [
  { key: 'email', title: 'Email', priority: 1, value: (row) => row.email },
  { key: 'funnelType', title: 'Funnel', priority: 1, value: (row) => row.funnelType },
  { key: 'testId', title: 'Test', align: 'right', priority: 1, value: (row) => row.testId },
  { key: 'count', title: 'Count', align: 'right', priority: 1, value: (row) => row.count },
  { key: 'lowestId', title: 'Lowest id', align: 'right', priority: 2, value: (row) => row.lowestId },
  { key: 'highestId', title: 'Highest id', align: 'right', priority: 2, value: (row) => row.highestId },
  { key: 'firstEnteredAt', title: 'First entered at', priority: 3, value: (row) => row.firstEnteredAt },
  { key: 'lastEnteredAt', title: 'Last entered at', priority: 3, value: (row) => row.lastEnteredAt },
];

/** What is said around the table. */
export function describeDuplicates({ total, entries, groups }: Duplicates): { title: string; footer: string[] } {
  if (total === 0)
    return { title: 'No duplicates: every address is in each funnel at most once per test.', footer: [] };
  const shown =
    groups.length < total ? [`The first ${formatCount(groups.length)} are listed; see more with --limit.`] : [];
  const spelled = groups.some(({ writtenAs }) => writtenAs.length > 1)
    ? ['Some addresses are written in several ways; --json lists them under writtenAs.']
    : [];
  const what = total === 1 ? '1 group' : `${formatCount(total)} groups`;
  return {
    title: `${what} of duplicates, ${formatCount(entries)} entries`,
    footer: [
      ...shown,
      ...spelled,
      'Keep one entry of each group: point the jobs of the others to it, delete the others, then run: funnels migrate',
    ],
  };
}
