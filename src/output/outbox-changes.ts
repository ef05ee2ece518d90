import type { Discarded, RefusedJob } from '../outbox/discard.ts';
import type { Pruned } from '../outbox/prune.ts';
import type { BroughtForward, LeftAlone, Requeued } from '../outbox/requeue.ts';
import { concernedLines } from './concerned-lines.ts';
import { entryGone, entryGoneLines, jobEntryGone } from './entry-gone.ts';
import { formatCount } from './numbers.ts';

/** What a retry did, in sentences; jobs there are not are told by `describeUnknown`. */
export function renderRequeued(result: Requeued): string {
  const { dryRun, requeued, broughtForward, released, leftAlone, entryGone: gone, concerned } = result;
  const changed = requeued + broughtForward.length + released.length;
  return text([
    ...leftAlone.filter(({ reason }) => reason !== 'unknown').map(describeLeftAlone),
    ...(gone > 0 ? [`${jobs(gone)}, ${entryGone}: left alone, nobody can deliver ${gone === 1 ? 'it' : 'them'}.`] : []),
    ...released.map((id) => describeReleased(id, dryRun)),
    ...broughtForward.map((job) => describeBroughtForward(job, dryRun)),
    ...(requeued > 0 || changed === 0 ? [`${jobs(requeued)} ${isPending(requeued, dryRun)} pending again.`] : []),
    ...concernedLines(concerned),
    ...(dryRun ? ['Nothing was written.'] : changed > 0 ? ['To deliver now: funnels drain-outbox'] : []),
  ]);
}

function isPending(count: number, dryRun: boolean): string {
  return dryRun ? 'would be' : count === 1 ? 'is' : 'are';
}

function describeLeftAlone({ id, reason, heldUntil, afterJob }: LeftAlone): string {
  if (reason === 'delivered') return `Job ${id} was delivered already: left alone.`;
  if (reason === 'entry_gone') return jobEntryGone(id);
  if (reason === 'held') return `Job ${id} is held by a worker until ${heldUntil}: left alone.`;
  if (reason === 'waits') return `Job ${id} waits for job ${afterJob} of the same contact: retry that one.`;
  return `Job ${id} is due already: the next funnels drain-outbox delivers it.`;
}

function describeReleased(id: LeftAlone['id'], dryRun: boolean): string {
  const what = `The contact of job ${id} ${dryRun ? 'is' : 'was'} held for longer than outbox.leaseSeconds allows`;
  return `${what}, so by no worker that lives: it ${dryRun ? 'would be' : 'is'} free again.`;
}

function describeBroughtForward({ id, scheduledAt, attempts }: BroughtForward, dryRun: boolean): string {
  const counted =
    attempts === 0 ? '' : ` Its ${attempts} failed ${attempts === 1 ? 'attempt' : 'attempts'} still count.`;
  return `Job ${id} was scheduled for ${scheduledAt}: its time ${dryRun ? 'would be' : 'is'} now.${counted}`;
}

/** What a discard did, in sentences; the refusals are told by `describeRefusal`. */
export function renderDiscarded({ dryRun, discarded, alreadyDiscarded, concerned }: Discarded): string {
  const which = discarded.length === 0 ? '' : `: ${discarded.join(', ')}`;
  return text([
    ...alreadyDiscarded.map((id) => `Job ${id} had been discarded before.`),
    `${dryRun ? 'Would discard' : 'Discarded'} ${jobs(discarded.length)}${which}.`,
    ...concernedLines(concerned),
    ...(dryRun ? ['Nothing was written.'] : []),
  ]);
}

/** Why a job was not discarded, in one sentence. */
export function describeRefusal({ id, reason, heldUntil }: RefusedJob): string {
  if (reason === 'unknown') return describeUnknown(id);
  if (reason === 'delivered') return `Job ${id} was delivered already: there is nothing to discard.`;
  return `Job ${id} is held by a worker until ${heldUntil}: try again after that.`;
}

/** That there is no such job. */
export function describeUnknown(id: LeftAlone['id']): string {
  return `There is no job ${id} in the outbox.`;
}

/** What a prune would delete, and whom that concerns. */
export function planLines({ before, success, failed, concerned }: Pruned, verb = 'Would delete'): string[] {
  if (success + failed === 0) return [`No finished job was last changed before ${before}: nothing to delete.`];
  const counts = `${formatCount(success)} success, ${formatCount(failed)} failed`;
  return [
    `${verb} ${jobs(success + failed)} last changed before ${before}: ${counts}.`,
    ...(concerned.jobs > 0 ? ['The failed ones, which Brevo was never told of:', ...concernedLines(concerned)] : []),
  ];
}

/** What a prune deleted, or would delete. */
export function renderPruned(result: Pruned): string {
  const { dryRun, interrupted, success, failed, entryGone: gone } = result;
  return text([
    ...planLines(result, dryRun ? undefined : 'Deleted'),
    ...(dryRun && success + failed > 0 ? ['Nothing was deleted.'] : []),
    ...entryGoneLines(gone),
    ...(interrupted ? ['Ended early by a signal; the next run goes on from here.'] : []),
  ]);
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${formatCount(count)} jobs`;
}
