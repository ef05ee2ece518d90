import { requirePrograms } from './debian-package.ts';

/** Absolute paths of the server and of the program that fills its data folder. */
export type MariaDbPrograms = { server: string; installDb: string };

/** Finds MariaDB's programs, or installs them where that can be done. Throws an Error that says how to get them. */
export async function mariaDbPrograms(): Promise<MariaDbPrograms> {
  const [server = '', installDb = ''] = await requirePrograms(
    [
      ['mariadbd', 'mysqld'],
      ['mariadb-install-db', 'mysql_install_db'],
    ],
    {
      packages: ['mariadb-server'],
      purpose: 'The tests start a MariaDB server of their own',
      otherwise:
        'set FUNNELS_TEST_DATABASE_URL=mysql://user:password@host:port/ to an account that may create databases',
    },
  );
  return { server, installDb };
}
