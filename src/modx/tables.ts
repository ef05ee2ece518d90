import { DatabaseProblem, type Engine } from '../database/database.ts';
import { Problem } from '../errors.ts';

/** The site's tables as quoted identifiers, ready to stand in a statement. They are read and never written. */
export interface ModxTables {
  finishedTests: string;
  tests: string;
  languages: string;
  payments: string;
  results: string;
  buyers: string;
  certificateTests: string;
}

/**
 * Names the site's tables: in the schema `database` when that is given, else beside our own, each name with `prefix`
 * put before it. Both come from validated settings. The embedded engine has one schema only (configuration Problem).
 */
export function modxTables(
  { database, tablePrefix }: { database: string | undefined; tablePrefix: string },
  engine: Engine,
): ModxTables {
  if (database !== undefined && engine === 'sqlite') {
    throw new Problem('configuration', 'modx.database cannot be used with sqlite: everything is in the one file.', {
      hint: 'Remove modx.database, or use a mysql:// URL.',
    });
  }
  const schema = database === undefined ? '' : `${quote(database)}.`;
  const table = (name: string): string => `${schema}${quote(`${tablePrefix}${name}`)}`;
  return {
    finishedTests: table('simpletest_users'),
    tests: table('simpletest_test'),
    languages: table('simpletest_lang'),
    payments: table('modx_cert_payment'),
    results: table('modx_cert_result'),
    buyers: table('modx_cert_users'),
    certificateTests: table('modx_cert_test'),
  };
}

function quote(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

/** Runs a read of the site's tables; when one, or a column of it, is not there, says which settings lead to them (configuration Problem). */
export async function readingSite<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DatabaseProblem) || error.reason !== 'missing_table') throw error;
    throw new Problem('configuration', `A table or column of the site was not found. ${error.message}`, {
      hint: 'modx.database and modx.tablePrefix say where the site keeps its tables.',
      cause: error,
    });
  }
}
