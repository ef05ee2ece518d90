import { hostname } from 'node:os';
import * as Flags from '@oclif/core/flags';
import type { Settings } from '../config/settings.ts';
import type { Database, Engine } from '../database/database.ts';
import { openDatabase } from '../database/open.ts';
import type { MigrateOptions } from '../migrate/options.ts';
import { announceStatement, describeProgress } from '../output/migrate-progress.ts';
import { foreign } from '../secrets.ts';
import { log } from './log.ts';
import type { LongRun } from './long-run.ts';
import { whileOpen } from './open-databases.ts';

const companionSeconds = 10;

/** A server refuses a way of changing a table sooner than this, and then it is not the way to announce. */
const refusalMs = 300;

/** What a run that takes the migration lock is given by the command line. */
export type MigrationRun = Omit<MigrateOptions, 'adopt' | 'to' | 'lockWaitSeconds'>;

/** --lock-timeout of the commands that take the migration lock. */
export const lockTimeoutFlag = Flags.integer({
  description: 'How long to wait for another migration to end, and for a table in use, in seconds.',
  default: 60,
  min: 0,
  helpValue: 'SECONDS',
});

/** Does `work` with a second connection beside it, and tells on stderr what it does and what it waits for. */
export async function migrationRun<Result>(
  { engine, settings, toolVersion }: { engine: Engine; settings: Settings['database']; toolVersion: string },
  longRun: LongRun,
  work: (options: MigrationRun) => Promise<Result>,
): Promise<Result> {
  // The embedded engine has one writer, and each of its migrations is one transaction: there is nothing to do beside it.
  const limited = { ...settings, statementTimeoutSeconds: companionSeconds };
  const companion = engine === 'mysql' ? openDatabase(limited, 'read-write') : undefined;
  const run = (): Promise<Result> => work(runOptions(companion, toolVersion, longRun));
  return companion === undefined ? run() : whileOpen(companion, run);
}

function runOptions(companion: Database | undefined, toolVersion: string, { signal, tell }: LongRun): MigrationRun {
  return {
    companion,
    signal,
    applier: { toolVersion, host: hostname() },
    redact: foreign,
    onWait: (holder) => tell(`Waiting for another migration: ${holder}`),
    onMigration: ({ version, name }) => log.debug(`Applying ${version} ${name}`),
    onBlocked: (table) => log.info(`An open transaction keeps ${table} from being changed: trying again.`),
    onStatement: (start) => {
      const announcement = announceStatement(start);
      if (announcement === null) return undefined;
      const say = (): void => log[announcement.isHard ? 'warn' : 'info'](announcement.text);
      const saying = setTimeout(say, refusalMs);
      return () => clearTimeout(saying);
    },
    // Asking the server how far it is would be for nobody.
    ...(process.stderr.isTTY === true ? { onProgress: (progress) => tell(describeProgress(progress)) } : {}),
  };
}
