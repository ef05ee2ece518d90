import { type Contact, day, deliver, type Entry, funnelOf, type Job, listOf, type Time, type World } from './world.ts';

/** A row of the predecessor's funnel_entries: the address as it was typed, and no test. */
export interface OldEntry extends Entry {
  email: string;
}

/** A row of its brevo_sync_outbox, with what it says. */
export interface OldJob {
  entry: OldEntry;
  job: Job;
  /** as JSON, with dates as `writes` gives them */
  payload: (writes: (time: Time) => string) => string;
  status: 'pending' | 'success' | 'failed' | 'error';
  at: Time;
}

/**
 * The Python service that `funnels` replaces, as far as its tables tell: everybody of the last 30 days once per address,
 * as it is typed, and funnel; its jobs as it wrote them, of which it sent the clean ones.
 */
export class Predecessor {
  readonly entries: OldEntry[] = [];
  readonly jobs: OldJob[] = [];

  /** One day's run. */
  run(now: Time, world: World, contacts: Map<string, Contact>): void {
    for (const { id, address, at, test } of world.results) {
      if (typeof at !== 'number' || at > now || at < now - 30 * day || !address.isUsable) continue;
      const funnel = funnelOf(world, test);
      if (this.entries.some((entry) => entry.email === address.text && entry.funnel === funnel)) continue;
      const entry: OldEntry = {
        id: this.entries.length + 1,
        ...{
          email: address.text,
          person: address.person,
          funnel,
          test: 0,
          resultId: id,
          finishedAt: at,
          enteredAt: now,
        },
        ...{ isBought: false, boughtAt: null, isRefunded: false, paidBeforeAt: null },
        ...{ enteringJobs: 0, purchaseJobs: 0 },
      };
      this.entries.push(entry);
      this.#enqueue(entry, null, now, contacts);
    }
    for (const payment of world.payments.filter(({ status, at }) => status === 2 && at <= now)) {
      for (const entry of this.entries) {
        const isTheirs = entry.email === payment.address.text && entry.funnel === payment.funnel;
        if (!isTheirs || entry.isBought || payment.at < entry.enteredAt) continue;
        entry.isBought = true;
        entry.boughtAt = payment.at;
        this.#enqueue(entry, payment.at, now, contacts);
      }
    }
  }

  /** Its last day: what it had still to do stays undone. */
  stop(): void {
    for (const old of this.jobs.slice(-2)) if (old.status === 'success') old.status = 'pending';
  }

  #enqueue(entry: OldEntry, boughtAt: Time | null, at: Time, contacts: Map<string, Contact>): void {
    const job: Job = { person: entry.person, funnel: entry.funnel, boughtAt };
    if (boughtAt === null) entry.enteringJobs += 1;
    else entry.purchaseJobs += 1;
    // Brevo refused what had anything around it.
    const isClean = /^[\w.]+@[\w.]*\w$/.test(entry.email);
    const status = isClean ? 'success' : this.jobs.length % 2 === 0 ? 'failed' : 'error';
    if (isClean) deliver(contacts, job);
    this.jobs.push({ entry, job, payload: (writes) => payloadOf(entry, boughtAt, writes), status, at });
  }
}

function payloadOf(entry: OldEntry, boughtAt: Time | null, writes: (time: Time) => string): string {
  const { email, funnel, resultId } = entry;
  const who = { email, funnel_type: funnel };
  if (boughtAt === null) {
    const lists = { user_id: resultId, test_id: null, list_ids: [listOf[funnel]] };
    return JSON.stringify({ ...who, ...lists, attributes: { FUNNEL_TYPE: funnel } });
  }
  const paidAt = writes(boughtAt).replace(' ', 'T');
  const bought = { CERTIFICATE_PURCHASED: 1, CERTIFICATE_PURCHASED_AT: paidAt };
  return JSON.stringify({ ...who, purchased_at: paidAt, attributes: { FUNNEL_TYPE: funnel, ...bought } });
}

/** What the clean-up of duplicates leaves: the earliest entry of each group, with the group's best purchase and all of its jobs. It covers up to the last of it. */
export function withoutDuplicates(entries: readonly OldEntry[]): Entry[] {
  const groups = Map.groupBy(entries, ({ person, funnel }) => `${person} ${funnel}`);
  return [...groups.values()].map((group): Entry => {
    const [kept] = group.toSorted((a, b) => a.enteredAt - b.enteredAt || a.id - b.id);
    if (kept === undefined) throw new Error('A group of nobody.');
    const { email: _, ...entry } = kept;
    const dates = group.flatMap(({ boughtAt }) => boughtAt ?? []).sort((a, b) => a - b);
    const boughtAt = dates.find((date) => date >= kept.enteredAt) ?? dates[0] ?? null;
    const coversUntil = Math.max(...group.map(({ enteredAt }) => enteredAt));
    const enteringJobs = total(group.map((each) => each.enteringJobs));
    const purchaseJobs = total(group.map((each) => each.purchaseJobs));
    return { ...entry, isBought: boughtAt !== null, boughtAt, coversUntil, enteringJobs, purchaseJobs };
  });
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
