import type { Delivery, Job } from './job.ts';
import { readPayload } from './payload.ts';

/** One call to Brevo, and the jobs that it delivers together. */
export interface PlannedCall {
  delivery: Delivery;
  jobs: Job[];
  /** what each of them asks for by itself */
  parts: { job: Job; delivery: Delivery }[];
}

/** What is to be done for one contact. */
export interface Plan {
  calls: PlannedCall[];
  /** jobs that can never be delivered, and why */
  unreadable: { job: Job; reason: string }[];
}

/**
 * Merges the waiting jobs of one contact, given in their order, into one call: what a later job says replaces what an
 * earlier one said. Payloads of the predecessor that name another address than the job before get a call of their own.
 * `names` maps the attribute names of payloads to those of the Brevo account.
 */
export function planCalls(jobs: readonly Job[], names: Readonly<Record<string, string>>): Plan {
  const plan: Plan = { calls: [], unreadable: [] };
  for (const job of jobs) {
    const reading = readPayload(job, names);
    const last = plan.calls.at(-1);
    if (!reading.ok) {
      plan.unreadable.push({ job, reason: reading.reason });
      continue;
    }
    const part = { job, delivery: reading.delivery };
    if (last?.delivery.email === reading.delivery.email) {
      last.delivery = merged(last.delivery, reading.delivery);
      last.jobs.push(job);
      last.parts.push(part);
    } else {
      plan.calls.push({ delivery: reading.delivery, jobs: [job], parts: [part] });
    }
  }
  return plan;
}

function merged(earlier: Delivery, later: Delivery): Delivery {
  return {
    email: later.email,
    listIds: union(without(earlier.listIds, later.unlinkListIds), later.listIds),
    unlinkListIds: union(without(earlier.unlinkListIds, later.listIds), later.unlinkListIds),
    attributes: { ...earlier.attributes, ...later.attributes },
  };
}

function union(one: readonly number[], other: readonly number[]): number[] {
  return [...new Set([...one, ...other])];
}

function without(ids: readonly number[], others: readonly number[]): number[] {
  return ids.filter((id) => !others.includes(id));
}
