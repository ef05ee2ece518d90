import type { StatementProgress } from '../migrate/processlist.ts';
import type { Method, StatementStart } from '../migrate/run-statement.ts';
import { formatCount, formatDuration } from './numbers.ts';

interface Place {
  version: number;
  number: number;
  total: number;
}

/** From here on a statement may take seconds, so that it is announced. */
const manyRows = 50_000;

const meanwhile: Readonly<Record<Exclude<Method, 'instant'>, string>> = {
  online: 'others can read and write it meanwhile',
  'readers only': 'others can only read it meanwhile',
  exclusive: 'nobody else can use it meanwhile',
};

/**
 * What a statement that may take long is about to do to how big a table; null for what is over at once. `isHard`: others
 * will have to wait for it.
 */
export function announceStatement(start: StatementStart & Place): { text: string; isHard: boolean } | null {
  const { method, rows, bytes, table, statement } = start;
  if (method === 'instant' || rows < manyRows) return null;
  const size = `about ${formatCount(rows)} rows, ${formatCount(Math.max(1, bytes / 1_000_000))} MB`;
  const text = `${placeOf(start)}: works through ${table} (${size}); ${meanwhile[method]}. ${shorten(statement)}`;
  return { text, isHard: method !== 'online' };
}

/** One line about a statement that is running. */
export function describeProgress(progress: StatementProgress & Place & { name: string; ms: number }): string {
  const { name, ms, percent, stage, stages } = progress;
  const far = percent === null ? '' : `, ${percent}% of step ${stage} of ${stages}`;
  return `${placeOf(progress)} ${name}: ${formatDuration(ms)}${far}`;
}

function placeOf({ version, number, total }: Place): string {
  const padded = String(version).padStart(4, '0');
  return number === 0 ? `Before ${padded}` : `${padded} (${number} of ${total})`;
}

/** The beginning of a statement, on one line. */
export function shorten(statement: string, longest = 100): string {
  const line = statement.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
