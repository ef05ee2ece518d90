import type { AppliedMigration } from './history.ts';
import { diffLines } from './line-diff.ts';
import { foldStatement, type Migration } from './migration.ts';

/** A migration that was applied with other statements than this program has. */
export interface Drift {
  version: number;
  name: string;
  /** who applied it */
  toolVersion: string;
  host: string;
  /** '- ' before a line that was applied, '+ ' before one the program has, '  ' before one in both */
  difference: string[];
}

/**
 * The migrations of which history and program differ. Comments, line ends and indentation do not matter; of a migration
 * that is not complete only the statements that were begun do: the others may have been corrected since.
 */
export function findDrift(history: readonly AppliedMigration[], migrations: readonly Migration[]): Drift[] {
  return history.flatMap((row) => {
    const migration = migrations.find(({ version }) => version === row.version);
    if (migration === undefined || row.checksum === migration.checksum || canBeContinued(row, migration)) return [];
    const { version, name, toolVersion, host } = row;
    return [{ version, name, toolVersion, host, difference: differenceOf(row.statements, migration.statements) }];
  });
}

function canBeContinued(row: AppliedMigration, { statements }: Migration): boolean {
  const begun = Math.max(row.statementsDone, row.inFlight ?? 0);
  const text = (list: readonly string[]): string => JSON.stringify(list.slice(0, begun).map(foldStatement));
  return row.state === 'running' && text(row.statements) === text(statements);
}

function differenceOf(before: readonly string[], after: readonly string[]): string[] {
  const linesOf = (statements: readonly string[]): string[] =>
    statements.flatMap((statement) => `${statement};`.split('\n'));
  return diffLines(linesOf(before), linesOf(after));
}
