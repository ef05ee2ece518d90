import type { MysqlLocation } from '../config/database-url.ts';
import type { ModxTables } from '../modx/tables.ts';
import { embeddedMigrations } from './embedded.ts';

/** An account of the server, 'name'@'host' taken apart. */
export interface Account {
  name: string;
  host: string;
}

/** Who may do what: the statements for the account the program uses, and for one that only looks at reports. */
export interface Grants {
  program: string[];
  reporting: string[];
}

/** What `migrate` needs beyond what every run does. */
const migrating = ['CREATE', 'ALTER', 'INDEX', 'REFERENCES', 'DROP'];
const running = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** Tables that are made before any migration is. */
const ledgerTables = ['funnels_migrations', 'funnels_migration_lock'];

/** The tables of funnels in the newest schema, by name. */
export function ownTables(): string[] {
  const statements = (embeddedMigrations.mysql ?? []).map(({ sql }) => sql).join('\n');
  const created = [...statements.matchAll(/^CREATE TABLE (?:IF NOT EXISTS )?`?(\w+)/gim)].map(([, name = '']) => name);
  return [...new Set([...created, ...ledgerTables])].sort();
}

/**
 * The GRANT statements. On a database of our own they are for all of it; in the site's own database, whose other tables are
 * nobody's business here, for each table of funnels by name.
 */
export function grantStatements(
  { database }: Pick<MysqlLocation, 'database'>,
  { site, isShared }: { site: ModxTables; isShared: boolean },
  accounts: { program: Account; reporting: Account },
): Grants {
  // In the name of a whole database _ and % stand for other characters.
  const wholeDatabase = `${quote(database.replace(/[\\_%]/g, '\\$&'))}.*`;
  const places = isShared ? ownTables().map((table) => `${quote(database)}.${quote(table)}`) : [wholeDatabase];
  const siteTables = Object.values(site).map((table) =>
    table.includes('`.`') ? table : `${quote(database)}.${table}`,
  );
  const grant = (rights: readonly string[], place: string, { name, host }: Account): string =>
    `GRANT ${rights.join(', ')} ON ${place} TO ${text(name)}@${text(host)};`;
  return {
    program: [
      ...places.map((place) => grant([...running, ...migrating], place, accounts.program)),
      ...siteTables.map((table) => grant(['SELECT'], table, accounts.program)),
    ],
    reporting: places.map((place) => grant(['SELECT'], place, accounts.reporting)),
  };
}

function quote(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
