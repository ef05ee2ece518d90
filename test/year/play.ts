import { expect } from 'vitest';
import type { SyncResult } from '../../src/funnel/counts.ts';
import { occurred } from '../funnel/synced-site.ts';
import type { Engine } from '../support/test-databases.ts';
import { type FinishOutcome, Model } from './model.ts';
import { Predecessor, withoutDuplicates } from './predecessor.ts';
import { Stage, toTheHour } from './stage.ts';
import { Story } from './story.ts';
import type { Contact, FunnelName, World } from './world.ts';

export interface Play {
  engine: Engine;
  seed: number;
  days: number;
  people: number;
  /** the day on which the predecessor is replaced, before that day's runs */
  takeOverOn: number;
  /** the days on which Brevo is out of order */
  outage: { from: number; to: number };
}

/**
 * Plays a story on a site of its own, and compares after each day what the program made of it with the model: what became
 * of every finished test, entries, contacts at Brevo, and the report.
 */
export async function play({ engine, seed, days, people, takeOverOn, outage }: Play): Promise<void> {
  const stage = await Stage.set(engine);
  try {
    const story = new Story(seed, people);
    const predecessor = new Predecessor();
    const model = new Model(new Map());
    for (let today = 1; today <= days; today += 1) {
      await stage.passDay();
      const now = stage.calendar.now;
      for (const change of story.pass(today)) await stage.play(change);
      if (today < takeOverOn) {
        predecessor.run(now, story.world, model.contacts);
        continue;
      }
      if (today === takeOverOn) {
        predecessor.stop();
        await stage.takeOver(predecessor, model.contacts);
        model.entries = withoutDuplicates(predecessor.entries);
        model.waiting = predecessor.jobs.filter(({ status }) => status === 'pending').map(({ job }) => job);
      }
      if (today === outage.from) stage.breakBrevo();
      if (today === outage.to) stage.brevo.heal();
      const label = `day ${today} of seed ${seed} (FUNNELS_TEST_YEAR_SEED=${seed})`;
      const foreseen = today % 3 === 0 ? await stage.sync({ dryRun: true }) : undefined;
      const happened = await compareSync(label, stage, model.sync(now, story.world), today % 2 === 0);
      expect(figuresOfPayments(happened), `payments, ${label}`).toEqual(expectedOfPayments(now, story.world, model));
      if (foreseen !== undefined) {
        expect(withoutClock(foreseen), `the dry run, ${label}`).toEqual(withoutClock(happened));
      }
      await stage.drain();
      if (today < outage.from || today >= outage.to) model.drain();
      await compareTables(label, stage, model);
    }
  } finally {
    await stage.strike();
  }
}

/** Every other day it is asked about each finished test, and then reads those too that it would only count. */
async function compareSync(
  label: string,
  stage: Stage,
  expected: ReadonlyMap<number, FinishOutcome>,
  isExplained: boolean,
): Promise<SyncResult> {
  const decided = new Map<number, string>();
  const result = await stage.sync({
    onDecision: isExplained ? ({ resultId, outcome }) => decided.set(Number(resultId), outcome) : undefined,
  });
  if (isExplained) expect(sorted(decided), `what became of the results, ${label}`).toEqual(sorted(expected));
  const { no_date = 0, dated_ahead = 0, ...counts } = counted(expected.values());
  expect(occurred(result.outcomes), `counters, ${label}`).toEqual(counts);
  expect(result.oddDates, `results of no window, ${label}`).toMatchObject({ no_date, dated_ahead });
  return result;
}

/** Every paid row has one counter, and so has each that is paid no more. */
function figuresOfPayments({ purchases }: SyncResult): object {
  const { recordedEarlier, lookedAt, outcomes, unpaid } = purchases;
  const { no_usable_address, dated_ahead } = outcomes;
  const counted = Object.values(outcomes).reduce((sum, one) => sum + one, 0);
  return { paid: recordedEarlier + lookedAt, rest: lookedAt - counted, no_usable_address, dated_ahead, ...unpaid };
}

function expectedOfPayments(now: number, { payments }: World, { unpaid }: Model): object {
  const paid = payments.filter(({ status }) => status === 2);
  const ahead = paid.filter(({ at }) => at > now);
  const isGone = (id: number): boolean => payments.some((payment) => payment.id === id && payment.status === 'gone');
  return {
    ...{ paid: paid.length, rest: 0, dated_ahead: ahead.length, unpaid_but_kept: 0 },
    no_usable_address: paid.filter(({ address, at }) => !address.isUsable && at <= now).length,
    ...{ vanished: unpaid.filter(isGone).length, refunded: unpaid.filter((id) => !isGone(id)).length },
  };
}

/** What a dry run and the run after it have to agree about. */
function withoutClock({ dryRun: _, window: __, late, ...rest }: SyncResult): object {
  return { ...rest, late: { entered: late.entered, oldest: late.oldest } };
}

async function compareTables(label: string, stage: Stage, model: Model): Promise<void> {
  const { calendar, database, brevo } = stage;
  const read = (text: string | null): number | null => (text === null ? null : toTheHour(calendar.read(text)));
  const jobsOf = (operation: string): string => `(SELECT COUNT(*) FROM brevo_sync_outbox o
      WHERE o.funnel_entry_id = e.id AND o.operation_type = '${operation}')`;
  const rows = await database.admin<Record<string, string | null>>(
    `SELECT e.*, ${jobsOf('upsert_contact')} AS entering_jobs, ${jobsOf('update_after_purchase')} AS purchase_jobs
      FROM funnel_entries e`,
  );
  const entries = rows.map((row) => ({
    ...{ person: row.email, funnel: row.funnel_type, test: row.test_id, resultId: row.user_id },
    ...{ enteredAt: read(row.entered_at ?? null), isBought: Number(row.certificate_purchased) === 1 },
    boughtAt: read(row.certificate_purchased_at ?? null),
    isRefunded: row.certificate_refunded_at !== null,
    paidBeforeAt: read(row.paid_before_entering_at ?? null),
    ...{ enteringJobs: Number(row.entering_jobs), purchaseJobs: Number(row.purchase_jobs) },
  }));
  const hour = (time: number | null): number | null => (time === null ? null : toTheHour(time));
  const expected = model.entries.map(({ id: _, finishedAt: __, coversUntil: ___, ...entry }) => ({
    ...{ ...entry, boughtAt: hour(entry.boughtAt), paidBeforeAt: hour(entry.paidBeforeAt) },
  }));
  expect(entries.toSorted(byText), `entries, ${label}`).toEqual(expected.toSorted(byText));
  const contacts = [...brevo.account.contacts].map(([person, { listIds, attributes }]) => ({
    ...{ person, lists: [...listIds].sort(), funnel: attributes.FUNNEL_TYPE },
    boughtOn: attributes.CERTIFICATE_PURCHASED_AT ?? null,
  }));
  const asTold = ([person, { lists, funnel, boughtAt }]: [string, Contact]): object => {
    const told = brevo.account.contacts.get(person)?.attributes.FUNNEL_TYPE;
    return { person, lists, funnel: funnel ?? told, boughtOn: boughtAt === null ? null : calendar.writeDay(boughtAt) };
  };
  expect(contacts.toSorted(byText), `contacts, ${label}`).toEqual([...model.contacts].map(asTold).toSorted(byText));
  const { rows: reported } = await stage.report();
  expect(reported, `report, ${label}`).toMatchObject([figures(model, 'language'), figures(model, 'non_language')]);
}

/** What `report conversions` says of a funnel over all time. */
function figures(model: Model, funnel: FunnelName): object {
  const entries = model.entries.filter((entry) => entry.funnel === funnel);
  const isPurchased = (entry: (typeof entries)[number]): boolean => entry.isBought && !entry.isRefunded;
  return {
    funnel,
    entries: entries.length,
    purchased: entries.filter(isPurchased).length,
    refunded: entries.filter(({ isRefunded }) => isRefunded).length,
    paid_before_entering: entries.filter(
      ({ isBought, isRefunded, paidBeforeAt }) => paidBeforeAt !== null && !isBought && !isRefunded,
    ).length,
  };
}

function counted(outcomes: Iterable<FinishOutcome>): Partial<Record<FinishOutcome, number>> {
  return Object.fromEntries([...Map.groupBy(outcomes, (it) => it)].map(([it, all]) => [it, all.length]));
}

function sorted(outcomes: ReadonlyMap<number, string>): [number, string][] {
  return [...outcomes].sort(([a], [b]) => a - b);
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
