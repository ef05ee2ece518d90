import { createHash } from 'node:crypto';
import type { Session } from '../database/database.ts';

const acquire = `SELECT GET_LOCK(?, ?) AS acquired`;
const holder = `SELECT IS_USED_LOCK(?) AS connectionId, CONNECTION_ID() AS ours`;
const release = `SELECT RELEASE_LOCK(?) AS released`;
const schemaName = `SELECT DATABASE() AS name`;

/**
 * The lock that ends with its connection: on one server nobody has to wait for a dead process longer than the server
 * takes to finish that one's last statement. Each node of a Galera cluster has its own, see lock-row.ts.
 */
export class NamedLock {
  readonly #session: Session;
  readonly #name: string;

  private constructor(session: Session, name: string) {
    this.#session = session;
    this.#name = name;
  }

  /** The migration lock of the schema that this connection is in. */
  static async of(session: Session): Promise<NamedLock> {
    const [row] = await session.query<{ name: string }>(schemaName);
    // Named locks are server-wide and at most 64 characters long on MySQL, so the schema goes in as a hash.
    const hash = createHash('sha256')
      .update(row?.name ?? '')
      .digest('hex');
    return new NamedLock(session, `funnels-migrate-${hash.slice(0, 32)}`);
  }

  /** Waits at most `seconds` for the lock; whether it is ours. */
  async acquire(seconds: number): Promise<boolean> {
    // 0 means time-out and NULL an error: only 1 says that it is ours.
    const [row] = await this.#session.query<{ acquired: number | null }>(acquire, [this.#name, seconds]);
    return row?.acquired === 1;
  }

  /** The connection that holds it on this server, null when none does, and the number of our own. */
  async holder(): Promise<{ connectionId: number | null; ours: number }> {
    const [row] = await this.#session.query<{ connectionId: number | null; ours: number }>(holder, [this.#name]);
    return row ?? { connectionId: null, ours: 0 };
  }

  async release(): Promise<void> {
    await this.#session.query(release, [this.#name]);
  }
}
