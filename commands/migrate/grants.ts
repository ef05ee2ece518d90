import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.ts';
import type { MysqlLocation } from '../../src/config/database-url.ts';
import { Problem } from '../../src/errors.ts';
import { type Account, type Grants, grantStatements } from '../../src/migrate/grants.ts';
import { modxTables } from '../../src/modx/tables.ts';
import { renderGrants } from '../../src/output/grants-script.ts';

export default class MigrateGrants extends BaseCommand {
  static override summary = 'Print the GRANT statements for the accounts of the program and of reporting.';

  static override description = [
    'For the databases that the configuration names: where the funnel tables are, and where the site has its',
    'own. Connects to nothing; give the output to the client of the database, as its administrator. The',
    'accounts have to be there before.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> migrate grants',
    '<%= config.bin %> migrate grants | mariadb',
    '<%= config.bin %> migrate grants --account funnels@10.0.0.%',
  ];

  static override flags = {
    account: Flags.string({
      description: 'The account the program uses, instead of the user in database.url.',
      helpValue: 'USER@HOST',
    }),
    reporting: Flags.string({
      description: 'The account for reports, which may read only.',
      default: 'funnels_report@localhost',
      helpValue: 'USER@HOST',
    }),
  };

  async run(): Promise<Grants> {
    const { flags } = await this.parse(MigrateGrants);
    const given = {
      program: readAccount('--account', flags.account),
      reporting: readAccount('--reporting', flags.reporting),
    };
    const { settings } = await this.loadSettings(flags);
    const { location } = settings.database;
    if (location.engine === 'sqlite') {
      throw new Problem('usage', 'An SQLite file has no accounts: whoever may read the file may read all of it.', {
        hint: 'Set database.url to the server that is meant.',
      });
    }
    const { database } = settings.modx;
    const isShared = database === undefined || database === location.database;
    const grants = grantStatements(
      location,
      { site: modxTables(settings.modx, 'mysql'), isShared },
      {
        program: given.program ?? accountOf(location),
        reporting: given.reporting ?? { name: 'funnels_report', host: 'localhost' },
      },
    );
    this.print(renderGrants(grants));
    return grants;
  }
}

/** A server on the same machine sees us as localhost; how one elsewhere sees us cannot be known here. */
function accountOf({ user, host, socketPath }: MysqlLocation): Account {
  const isNear = socketPath !== undefined || ['localhost', '127.0.0.1', '::1'].includes(host);
  return { name: user, host: isNear ? (socketPath === undefined ? host : 'localhost') : '%' };
}

function readAccount(flag: string, typed: string | undefined): Account | undefined {
  if (typed === undefined) return undefined;
  const at = typed.lastIndexOf('@');
  const account = { name: typed.slice(0, at), host: typed.slice(at + 1) };
  if (at > 0 && account.host !== '') return account;
  throw new Problem('usage', `${flag} takes a user and a host.`, { hint: `For example: ${flag} funnels@localhost` });
}
