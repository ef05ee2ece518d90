import type { DuplicateGroup } from '../funnel/duplicate-group.ts';
import type { Duplicates } from '../funnel/duplicates.ts';
import type { Column } from './columns.ts';
import { formatCount } from './numbers.ts';

/** The columns the analytics guide, 1.2, asks for; then why it is a group, and which entry to keep. */
export const duplicateColumns: Column<DuplicateGroup>[] = [
  { key: 'email', title: 'Email', priority: 1, value: (row) => row.email },
  { key: 'funnelType', title: 'Funnel', priority: 1, value: (row) => row.funnelType },
  { key: 'testId', title: 'Test', align: 'right', priority: 1, value: (row) => row.testId },
  { key: 'count', title: 'Count', align: 'right', priority: 1, value: (row) => row.count },
  { key: 'lowestId', title: 'Lowest id', align: 'right', priority: 3, value: (row) => row.lowestId },
  { key: 'highestId', title: 'Highest id', align: 'right', priority: 3, value: (row) => row.highestId },
  { key: 'firstEnteredAt', title: 'First entered at', priority: 4, value: (row) => row.firstEnteredAt },
  { key: 'lastEnteredAt', title: 'Last entered at', priority: 4, value: (row) => row.lastEnteredAt },
  { key: 'why', title: 'Why', priority: 2, value: (row) => row.why.join(', ') },
  { key: 'keepId', title: 'Keep', align: 'right', priority: 2, value: (row) => row.keepId },
];

/** What is said around the table; `isAdopted`: funnels has been run on this database. */
export function describeDuplicates(
  duplicates: Duplicates,
  { isAdopted }: { isAdopted: boolean },
): { title: string; footer: string[] } {
  const { total, entries, groups, funnels } = duplicates;
  if (total === 0) {
    return { title: 'No duplicates: every address is in each funnel at most once per test.', footer: [] };
  }
  const shown =
    groups.length < total ? [`The first ${formatCount(groups.length)} are listed; see more with --limit.`] : [];
  const spelled = groups.some(({ writtenAs }) => writtenAs.length > 1)
    ? ['Some addresses are written in several ways; --json lists them under writtenAs.']
    : [];
  const what = total === 1 ? '1 group' : `${formatCount(total)} groups`;
  const losses = funnels.map(
    ({ funnelType, surplus }) => `${funnelType} loses ${formatCount(surplus)} ${surplus === 1 ? 'entry' : 'entries'}`,
  );
  return {
    title: `${what} of duplicates, ${formatCount(entries)} entries`,
    footer: [
      ...shown,
      ...spelled,
      `Keeping one of each group changes the report: ${losses.join(', ')}; the number of people stays.`,
      `To see the statements for that: funnels find-duplicates --sql (changes nothing). Run them, then: funnels migrate${isAdopted ? '' : ' --adopt'}`,
    ],
  };
}
