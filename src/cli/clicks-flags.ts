import * as Flags from '@oclif/core/flags';
import { createProgress } from '../output/progress.ts';
import type { ClickRequest } from '../report/clicks.ts';
import { readColumnNames } from '../report/clicks-columns.ts';
import { findClicks } from '../report/clicks-file.ts';
import { showStatusLine } from './status-line.ts';

/** The flags by which a report takes an export of clicks. */
export const clicksFlags = {
  clicks: Flags.string({
    description: 'Match the clicks of this CSV export of the analytics system (- for standard input).',
    helpValue: 'FILE',
  }),
  'clicks-columns': Flags.string({
    description: 'The columns of that file, where they have other names: email=…,time=…,campaign=…',
    helpValue: 'NAMES',
    multiple: true,
    delimiter: ',',
    dependsOn: ['clicks'],
  }),
};

/**
 * Gives `work` the export that --clicks names (undefined without the flag), with a progress line on stderr while it is
 * read. A usage Problem when the file cannot be opened.
 */
export async function withClicks<Result>(
  flags: { clicks?: string | undefined; 'clicks-columns'?: string[] | undefined },
  context: { campaigns: ClickRequest['campaigns']; unicode: boolean },
  work: (clicks: ClickRequest | undefined) => Promise<Result>,
): Promise<Result> {
  if (flags.clicks === undefined) return work(undefined);
  const columns = readColumnNames(flags['clicks-columns'] ?? []);
  const source = await findClicks(flags.clicks, process.stdin);
  const progress = createProgress(process.stderr, { label: 'Lines of clicks', unicode: context.unicode });
  const endStatusLine = showStatusLine(progress);
  try {
    return await work({ source, columns, campaigns: context.campaigns, onProgress: progress.advance });
  } finally {
    endStatusLine();
  }
}
