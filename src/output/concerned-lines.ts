import type { Concerned } from '../outbox/concerned.ts';
import { entryGone } from './entry-gone.ts';
import { formatCount } from './numbers.ts';
import { visible } from './visible.ts';

/** Whom jobs concern and how old they are, in at most four lines; none for no jobs. */
export function concernedLines({ jobs, people, ages, entryGone: gone, ...concerned }: Concerned): string[] {
  if (jobs === 0) return [];
  const { oldestJobAt, oldestJobDays, oldestEntryAt, firstPeople } = concerned;
  const entry = oldestEntryAt === null ? '' : `; the oldest entry is of ${oldestEntryAt}`;
  const more = people - firstPeople.length;
  const names = firstPeople.map(visible).join(', ');
  return [
    `Age:      ${ages.map(describeAge).join('; ')}`,
    `Oldest:   enqueued ${oldestJobAt}, ${days(oldestJobDays ?? 0)} ago${entry}`,
    ...(gone === 0 ? [] : [`Of these: ${formatCount(gone)} ${entryGone}`]),
    ...(people === 0 ? [] : [`Contacts: ${names}${more > 0 ? `, and ${formatCount(more)} more` : ''}`]),
  ];
}

function describeAge({ upToDays, jobs }: Concerned['ages'][number]): string {
  const which = `${formatCount(jobs)} ${jobs === 1 ? 'job' : 'jobs'}`;
  return upToDays === null ? `${which}, older` : `${which}, up to ${days(upToDays)} old`;
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${formatCount(count)} days`;
}
