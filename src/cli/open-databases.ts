import type { Database } from '../database/database.ts';

const open = new Set<Database>();

/** Gives `work` an open database and closes it, whatever happens; until then a signal makes it hurry. */
export async function whileOpen<Result>(
  database: Database,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  open.add(database);
  try {
    return await work(database);
  } finally {
    await database.close();
    open.delete(database);
  }
}

/** Has every open database give each answer within so many seconds, or be given up (see Database.hurry). */
export function hurryDatabases(seconds: number): void {
  for (const database of open) database.hurry(seconds);
}
