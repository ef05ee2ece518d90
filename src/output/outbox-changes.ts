import type { Discarded, RefusedJob } from '../outbox/discard.ts';
import type { Pruned } from '../outbox/prune.ts';
import type { Requeued } from '../outbox/requeue.ts';
import { formatCount } from './numbers.ts';

/** What a retry did, in sentences. */
export function renderRequeued({ dryRun, requeued, leftAlone }: Requeued): string {
  const known = leftAlone.filter(({ status }) => status !== null);
  const lines = [
    ...known.map(({ id, status }) => `Job ${id} is ${status}, not failed: left alone.`),
    dryRun
      ? `${jobs(requeued)} would be pending again. Nothing was written.`
      : `${jobs(requeued)} ${requeued === 1 ? 'is' : 'are'} pending again.${requeued === 0 ? '' : ' To deliver now: funnels drain-outbox'}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What a discard did, in sentences; the refusals are told by `describeRefusal`. */
export function renderDiscarded({ dryRun, discarded }: Discarded): string {
  const which = discarded.length === 0 ? '' : `: ${discarded.join(', ')}`;
  return dryRun
    ? `Would discard ${jobs(discarded.length)}${which}. Nothing was written.\n`
    : `Discarded ${jobs(discarded.length)}${which}.\n`;
}

/** Why a job was not discarded, in one sentence. */
export function describeRefusal({ id, reason, heldUntil }: RefusedJob): string {
  if (reason === 'unknown') return `There is no job ${id} in the outbox.`;
  if (reason === 'delivered') return `Job ${id} was delivered already: there is nothing to discard.`;
  return `Job ${id} is held by a worker until ${heldUntil}: try again after that.`;
}

/** What a prune deleted, or would delete. */
export function renderPruned({ dryRun, before, success, failed, interrupted }: Pruned): string {
  const what = `${jobs(success + failed)} last changed before ${before}: ${formatCount(success)} success, ${formatCount(failed)} failed`;
  if (dryRun) return `Would delete ${what}. Nothing was deleted.\n`;
  const end = interrupted ? 'Ended early by a signal; the next run goes on from here.\n' : '';
  return `Deleted ${what}.\n${end}`;
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${formatCount(count)} jobs`;
}
