import { ago } from '../support/site.ts';
import type { TestDatabase } from '../support/test-databases.ts';
import { day, type Time } from './world.ts';

const aDate = /^[1-9]\d{3}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$/;

/** The story's calendar: its days pass by moving every date in the database back by one, as no test can move the clock. */
export class Calendar {
  readonly #database: TestDatabase;
  readonly #start: number;
  #passed = 0;

  private constructor(database: TestDatabase, start: number) {
    this.#database = database;
    this.#start = start;
  }

  static async begin(database: TestDatabase): Promise<Calendar> {
    return new Calendar(database, milliseconds(await ago(database, 0)));
  }

  get now(): Time {
    return this.#passed * day;
  }

  /** How a moment of the story stands in the database today. */
  write(time: Time): string {
    const text = new Date(this.#start + (time - this.now) * 1000).toISOString();
    return text.slice(0, 19).replace('T', ' ');
  }

  /** What a date in the database means in the story; one that the program wrote by its clock is of the run's day. */
  read(text: string): Time {
    return (milliseconds(text) - this.#start) / 1000 + this.now;
  }

  /** The date alone, as Brevo is told it. */
  writeDay(time: Time): string {
    return this.write(time).slice(0, 10);
  }

  async passDay(): Promise<void> {
    const { admin, engine } = this.#database;
    for (const [table, columns] of Map.groupBy(await this.#dateColumns(), ({ table }) => table)) {
      const back = columns.map(({ name }) => {
        const moved = engine === 'mysql' ? `${name} - INTERVAL 1 DAY` : `datetime(${name}, '-1 day')`;
        return `${name} = CASE WHEN ${name} >= '1000-01-01' THEN ${moved} ELSE ${name} END`;
      });
      await admin(`UPDATE ${table} SET ${back.join(', ')}`);
    }
    await this.#passDayInPayloads();
    this.#passed += 1;
  }

  async #dateColumns(): Promise<{ table: string; name: string }[]> {
    const { admin, engine } = this.#database;
    return engine === 'mysql'
      ? admin(`SELECT table_name AS \`table\`, column_name AS name FROM information_schema.columns
          WHERE table_schema = DATABASE() AND data_type IN ('datetime', 'timestamp')`)
      : admin(`SELECT m.name AS "table", c.name AS name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
          WHERE m.type = 'table' AND c.type IN ('TEXT', 'DATETIME')
            AND (c.name GLOB '*_at' OR c.name GLOB '*_until' OR c.name IN ('Datep', 'datetime_payment'))`);
  }

  async #passDayInPayloads(): Promise<void> {
    const { admin } = this.#database;
    const waiting = await admin<{ id: number; payload: string }>(
      `SELECT id, payload FROM brevo_sync_outbox
        WHERE status <> 'success' AND operation_type = 'update_after_purchase'`,
    );
    for (const { id, payload } of waiting) {
      const moved = JSON.stringify(JSON.parse(payload, (_, value) => dayBefore(value)));
      await admin('UPDATE brevo_sync_outbox SET payload = ? WHERE id = ?', [moved, id]);
    }
  }
}

/** The same a day earlier, if it is a date. */
export function dayBefore(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return moveBack(`${value} 00:00:00`).slice(0, 10);
  return aDate.test(value) ? moveBack(value) : value;
}

function moveBack(text: string): string {
  const moved = new Date(milliseconds(text.replace('T', ' ')) - day * 1000).toISOString().slice(0, 19);
  return text.includes('T') ? moved : moved.replace('T', ' ');
}

function milliseconds(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
