import type { Database } from '../database/database.ts';
import type { StatementProgress } from './processlist.ts';
import type { Applier } from './record-history.ts';
import type { StatementStart } from './run-statement.ts';

/** Which statement of which migration is meant; numbers from 1, 0 for what is done before the migration. */
export interface StatementPlace {
  version: number;
  number: number;
  total: number;
}

export interface MigrateOptions {
  /** take over the tables of the predecessor instead of refusing them */
  adopt: boolean;
  /** the version to stop at; the newest one when not given */
  to?: number | undefined;
  /** how long to wait for another migrator, and for a table that somebody's transaction keeps */
  lockWaitSeconds: number;
  applier: Applier;
  /** a second connection to the same database, for what has to go on while a statement runs */
  companion?: Database | undefined;
  /** after this no further statement is begun */
  signal?: AbortSignal | undefined;
  /** takes secrets out of a text before it is stored */
  redact?: ((text: string) => string) | undefined;
  /** told, once, that another migrator is waited for, and who it is */
  onWait?: ((holder: string) => void) | undefined;
  /** told about each migration before it is applied */
  onMigration?: ((migration: { version: number; name: string }) => void) | undefined;
  /** told about each attempt at a statement that changes a table (MySQL), and by what it returns about its end */
  onStatement?: ((start: StatementStart & StatementPlace) => (() => void) | undefined) | undefined;
  /** told that a table is in use by somebody's transaction, and that the statement will be tried again */
  onBlocked?: ((table: string) => void) | undefined;
  /** told now and then how far a statement is (MySQL) */
  onProgress?: ((progress: StatementProgress & StatementPlace & { name: string; ms: number }) => void) | undefined;
}
