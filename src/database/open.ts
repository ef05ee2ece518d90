import type { Settings } from '../config/settings.ts';
import type { Database } from './database.ts';
import { MysqlDatabase } from './mysql.ts';
import { SqliteDatabase } from './sqlite.ts';

/** The settings of a database; those of a certificate may be left out. */
type DatabaseSettings = Omit<Settings['database'], 'tlsCaFile'> & Partial<Pick<Settings['database'], 'tlsCaFile'>>;

/**
 * Opens the database that `database.url` names. With 'read-only' the database itself refuses every write of the
 * session. `create` makes a missing SQLite file; servers are connected to at the first statement.
 */
export function openDatabase(
  settings: DatabaseSettings,
  access: 'read-only' | 'read-write',
  options: { create?: boolean } = {},
): Database {
  const target = settings.location;
  if (target.engine === 'sqlite') return new SqliteDatabase(target.path, access, options.create ?? false);
  return new MysqlDatabase(
    {
      ...target,
      tlsCaFile: settings.tlsCaFile,
      timezone: settings.timezone,
      connectTimeoutSeconds: settings.connectTimeoutSeconds,
      statementTimeoutSeconds: settings.statementTimeoutSeconds,
    },
    access,
  );
}
