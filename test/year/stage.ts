import { createBrevoClient } from '../../src/brevo/http-client.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open.ts';
import { contactOf } from '../../src/demo/brevo-account.ts';
import type { SyncResult } from '../../src/funnel/counts.ts';
import type { Decision } from '../../src/funnel/decision.ts';
import { sync } from '../../src/funnel/sync.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { brevoCalls } from '../../src/outbox/brevo-calls.ts';
import { drainOutbox } from '../../src/outbox/drain.ts';
import type { DrainResult } from '../../src/outbox/drain-result.ts';
import { reportConversions } from '../../src/report/conversions.ts';
import { resolveRequest } from '../../src/report/request.ts';
import type { Conversions } from '../../src/report/result.ts';
import { createPredecessorTables } from '../migrate/predecessor.ts';
import { requestOf } from '../report/report-database.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { runFunnels } from '../support/program.ts';
import { settingsFrom } from '../support/settings.ts';
import { createSite } from '../support/site.ts';
import { createTestDatabase, type Engine, type TestDatabase } from '../support/test-databases.ts';
import { Calendar, dayBefore } from './calendar.ts';
import type { OldJob, Predecessor } from './predecessor.ts';
import type { Change } from './story.ts';
import type { Contact, Result, Time } from './world.ts';

/** The certificates of each funnel. */
const typeOf = { language: 1, non_language: 2 } as const;

type Explain = ((decision: Decision) => void) | undefined;

/** Where the story is played: the site's tables and the predecessor's, later ours, and a Brevo. */
export class Stage {
  readonly database: TestDatabase;
  readonly calendar: Calendar;
  readonly brevo: FakeBrevo;
  readonly #environment: Record<string, string>;
  readonly #settings: Settings;
  #session: Database | undefined;

  private constructor(
    given: { database: TestDatabase; calendar: Calendar; brevo: FakeBrevo },
    environment: Record<string, string>,
    settings: Settings,
  ) {
    this.database = given.database;
    this.calendar = given.calendar;
    this.brevo = given.brevo;
    this.#environment = environment;
    this.#settings = settings;
  }

  static async set(engine: Engine): Promise<Stage> {
    const database = await createTestDatabase(engine);
    // The site is an old one: it writes dates of zeros.
    if (engine === 'mysql') await database.admin("SET SESSION sql_mode = ''");
    // Nothing of it has to outlive a power failure.
    else await database.admin('PRAGMA synchronous = OFF');
    await createSite(database);
    await createPredecessorTables(database, { charset: 'utf8mb4' });
    const brevo = await startFakeBrevo();
    const environment = {
      FUNNELS_DATABASE_URL: database.url,
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
      FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
      BREVO_API_KEY: brevo.apiKey,
      FUNNELS_BREVO_BASE_URL: brevo.url,
      FUNNELS_BREVO_REQUESTS_PER_SECOND: '1000',
    };
    const calendar = await Calendar.begin(database);
    return new Stage({ database, calendar, brevo }, environment, await settingsFrom(environment));
  }

  async passDay(): Promise<void> {
    await this.calendar.passDay();
    for (const { attributes } of this.brevo.account.contacts.values()) {
      for (const [name, value] of Object.entries(attributes)) attributes[name] = dayBefore(value);
    }
  }

  /** Repeats what happened at the site in its tables. */
  async play(change: Change): Promise<void> {
    const { admin } = this.database;
    switch (change.kind) {
      case 'finish': {
        const { id, address, test } = change.result;
        await admin('INSERT INTO simpletest_users (Id, Email, TestId, Datep, Status) VALUES (?, ?, ?, ?, 1)', [
          ...[id, address.text, test, this.#dateOf(change.result)],
        ]);
        return;
      }
      case 'pay': {
        const { id, address, funnel, at, status } = change.payment;
        await admin('INSERT INTO modx_cert_users (id, email) VALUES (?, ?)', [id, address.text]);
        await admin('INSERT INTO modx_cert_result (id, id_user, id_test) VALUES (?, ?, ?)', [id, id, typeOf[funnel]]);
        await admin('INSERT INTO modx_cert_payment (id, id_result, id_status, datetime_payment) VALUES (?, ?, ?, ?)', [
          ...[id, id, Number(status), this.calendar.write(at)],
        ]);
        return;
      }
      case 'set status': {
        const { id, status } = change.payment;
        await admin('UPDATE modx_cert_payment SET id_status = ? WHERE id = ?', [Number(status), id]);
        return;
      }
      case 'correct payment': {
        const { id, funnel, at } = change.payment;
        await admin('UPDATE modx_cert_result SET id_test = ? WHERE id = ?', [typeOf[funnel], id]);
        await admin('UPDATE modx_cert_payment SET datetime_payment = ? WHERE id = ?', [this.calendar.write(at), id]);
        return;
      }
      case 'remove payment':
        await admin('DELETE FROM modx_cert_payment WHERE id = ?', [change.payment.id]);
        return;
      case 'correct payer':
        await admin('UPDATE modx_cert_users SET email = ? WHERE id = ?', [
          ...[change.payment.address.text, change.payment.id],
        ]);
        return;
      case 'set language':
        await admin('UPDATE simpletest_test SET LangId = ? WHERE Id = ?', [change.isLanguage ? 1 : 99, change.test]);
        return;
      case 'correct result':
        await admin('UPDATE simpletest_users SET Email = ? WHERE Id = ?', [
          ...[change.result.address.text, change.result.id],
        ]);
    }
  }

  #dateOf({ at }: Result): string | null {
    return at === 'zero' ? '0000-00-00 00:00:00' : at === null ? null : this.calendar.write(at);
  }

  /** Writes the predecessor's tables and contacts as it leaves them, and takes them over as the moving guide says. */
  async takeOver({ entries, jobs }: Predecessor, contacts: ReadonlyMap<string, Contact>): Promise<void> {
    const { admin } = this.database;
    const { calendar } = this;
    for (const { id, email, funnel, resultId, enteredAt, isBought, boughtAt } of entries) {
      await admin(
        `INSERT INTO funnel_entries (id, email, funnel_type, user_id, test_id, entered_at, certificate_purchased,
          certificate_purchased_at) VALUES (?, ?, ?, ?, NULL, ?, ?, ?)`,
        [
          ...[id, email, funnel, resultId, calendar.write(enteredAt), Number(isBought)],
          boughtAt === null ? null : calendar.write(boughtAt),
        ],
      );
    }
    for (const job of jobs) await this.#writeOldJob(job);
    for (const [person, { lists, funnel, boughtAt }] of contacts) {
      const contact = contactOf(this.brevo.account, person);
      for (const list of lists) contact.listIds.add(list);
      contact.attributes.FUNNEL_TYPE = funnel ?? undefined;
      if (boughtAt !== null) contact.attributes.CERTIFICATE_PURCHASED_AT = calendar.writeDay(boughtAt);
    }
    const script = (await this.#funnels('find-duplicates', '--sql'))
      .split('\n')
      .filter((line) => !line.startsWith('--'));
    for (const statement of script.join('\n').split(';')) {
      if (statement.trim() !== '') await admin(statement);
    }
    await this.#funnels('migrate', '--adopt');
    this.#session = openDatabase(this.#settings.database, 'read-write');
  }

  async #writeOldJob({ entry, job, payload, status, at }: OldJob): Promise<void> {
    const operation = job.boughtAt === null ? 'upsert_contact' : 'update_after_purchase';
    const time = this.calendar.write(at);
    await this.database.admin(
      `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, last_error,
        created_at, updated_at) VALUES (?, ?, ?, ?, 0, ?, ?, ?)`,
      [
        entry.id,
        operation,
        payload((moment) => this.calendar.write(moment)),
        status,
        status === 'success' ? null : 'HTTP 400 Bad Request',
        time,
        time,
      ],
    );
  }

  async #funnels(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await runFunnels(words, { environment: this.#environment });
    if (code !== 0) throw new Error(`funnels ${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs `sync`; told of decisions it reads every finished test, also those it would only count. */
  sync({ dryRun = false, onDecision }: { dryRun?: boolean; onDecision?: Explain } = {}): Promise<SyncResult> {
    const { modx, funnels, sync: options } = this.#settings;
    const session = this.#open();
    return sync(session, {
      ...options,
      ...{ tables: modxTables(modx, session.engine), funnels, runner: { host: 'test', version: 'test' } },
      ...{ dryRun, signal: new AbortController().signal, onDecision },
    });
  }

  drain(): Promise<DrainResult> {
    const { brevo, outbox } = this.#settings;
    const session = this.#open();
    const client = createBrevoClient({ ...brevo, userAgent: 'test' });
    return drainOutbox(session, {
      ...{ ...brevo, ...outbox, ...brevoCalls(session, this.#settings, client, () => undefined) },
      ...{ limit: Number.MAX_SAFE_INTEGER, signal: new AbortController().signal },
    });
  }

  report(asked: { from?: string; to?: string } = {}): Promise<Conversions> {
    return this.#open().transaction(async (session) =>
      reportConversions(session, await resolveRequest(session, requestOf(asked)), {
        by: undefined,
        compare: undefined,
      }),
    );
  }

  /** Brevo answers 503 to everything until it is healed. */
  breakBrevo(): void {
    const fault = { kind: 'answer', status: 503, body: 'down' } as const;
    const times = Number.POSITIVE_INFINITY;
    this.brevo.script(fault, { times });
    for (const path of ['/account', '/contacts/attributes', '/contacts/lists/5', '/contacts/lists/7']) {
      this.brevo.script(fault, { path, times });
    }
  }

  #open(): Database {
    if (this.#session === undefined) throw new Error('The tables were not taken over yet.');
    return this.#session;
  }

  async strike(): Promise<void> {
    await this.#session?.close();
    await this.brevo.close();
    await this.database.drop();
  }
}

/** To the hour: the program's own dates are a few seconds after the run began. */
export function toTheHour(time: Time): Time {
  return Math.floor(time / 3600) * 3600;
}
