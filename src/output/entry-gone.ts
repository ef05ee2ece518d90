import type { Id } from '../database/database.ts';
import { formatCount } from './numbers.ts';

/** What every command calls a job whose entry is not there any more: nobody can deliver it, so it never waits for anything. */
export const entryGone = 'entry gone';

/** Says of so many waiting jobs that they are no work for anybody, in one sentence; nothing when there are none. */
export function entryGoneLines(count: number): string[] {
  if (count === 0) return [];
  const which = count === 1 ? '1 waiting job' : `${formatCount(count)} waiting jobs`;
  return [
    `${which}, ${entryGone}: never delivered. Put ${count === 1 ? 'it' : 'them'} aside with: funnels outbox discard --entry-gone`,
  ];
}

/** The same of one job. */
export function jobEntryGone(id: Id): string {
  return `Job ${id}, ${entryGone}: left alone, it can never be delivered. Put it aside with: funnels outbox discard ${id}`;
}
