import { installOnDebian } from './debian-package.ts';
import { findProgram } from './programs.ts';

/** Absolute paths of the two programs a private server needs, or undefined for the one that is not there. */
type Found = { server: string | undefined; installDb: string | undefined };
/** Absolute paths of the server and of the program that fills its data folder. */
export type MariaDbPrograms = { server: string; installDb: string };

function findPrograms(): Found {
  return {
    server: findProgram('mariadbd', 'mysqld'),
    installDb: findProgram('mariadb-install-db', 'mysql_install_db'),
  };
}

/**
 * Finds MariaDB's programs; on Debian, as root, installs the package when they are missing.
 * Throws an Error that says how to get them.
 */
export async function mariaDbPrograms(): Promise<MariaDbPrograms> {
  let found = findPrograms();
  const missing = found.server === undefined || found.installDb === undefined;
  if (missing && (await installOnDebian('mariadb-server'))) found = findPrograms();
  const { server, installDb } = found;
  if (server === undefined || installDb === undefined) {
    throw new Error(
      'The tests need a MariaDB server of their own, and mariadbd or mariadb-install-db was not found. Install it ' +
        '(Debian, Ubuntu: apt-get install mariadb-server; Fedora: dnf install mariadb-server; macOS: brew install mariadb), ' +
        'or set FUNNELS_TEST_DATABASE_URL=mysql://user:password@host:port/ to an account that may create databases.',
    );
  }
  return { server, installDb };
}
