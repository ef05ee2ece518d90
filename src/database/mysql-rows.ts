import type { Connection as StreamingConnection } from 'mysql2';
import type { Connection } from 'mysql2/promise';
import type { Parameter } from './database.ts';

/**
 * Runs a SELECT and hands each row to `visit` as it arrives. Rejects with the driver's error, a lost connection
 * included, or with what `visit` threw; the rows after that are read and dropped.
 */
export function eachMysqlRow(
  connection: Connection,
  sql: string,
  parameters: readonly Parameter[],
  visit: (row: unknown) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let failure: { error: unknown } | undefined;
  const take = (row: unknown): void => {
    if (failure !== undefined) return;
    try {
      visit(row);
    } catch (error) {
      failure = { error };
    }
  };
  // A command without a callback is not told that the connection is lost: only the connection is.
  const lost = (error?: Error): void =>
    reject(error ?? Object.assign(new Error('the connection ended'), { fatal: true }));
  connection.on('error', lost).on('end', lost);
  // Only the connection that the promises are wrapped around can hand out rows one by one; its type is left out there.
  (connection as unknown as { connection: StreamingConnection }).connection
    .execute(sql, [...parameters])
    .on('result', take)
    .once('error', reject)
    .once('end', () => (failure === undefined ? resolve() : reject(failure.error)));
  return promise.finally(() => connection.off('error', lost).off('end', lost));
}
