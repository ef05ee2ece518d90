import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '../support/test-databases.ts';

/** An account of the server with certain rights on one database. */
export interface Account {
  url: string;
  user: string;
  password: string;
  remove(): Promise<void>;
}

/** Makes an account that has these privileges ('SELECT, INSERT') on the database, or on one table of it, and no others. */
export async function createAccount(place: TestDatabase, privileges: string, table = '*'): Promise<Account> {
  const url = new URL(place.url);
  const database = url.pathname.slice(1);
  const user = `funnels_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await place.admin(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
  await place.admin(`GRANT ${privileges} ON \`${database}\`.${table} TO '${user}'@'%'`);
  url.username = user;
  url.password = password;
  return {
    url: url.href,
    user,
    password,
    async remove() {
      await place.admin(`DROP USER '${user}'@'%'`);
    },
  };
}
