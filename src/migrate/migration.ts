import { createHash } from 'node:crypto';
import type { Engine } from '../database/database.ts';
import { embeddedMigrations } from './embedded.ts';

/** A file of migrations/<engine>/ as it is embedded in the program. */
export interface MigrationFile {
  /** NNNN_name.sql */
  file: string;
  sql: string;
}

/** One migration: its version (the file's number), name, statements in order, and the checksum of what they say. */
export interface Migration {
  version: number;
  name: string;
  statements: readonly string[];
  checksum: string;
}

/** The migrations of one engine in version order. */
export function migrationsFor(engine: Engine): Migration[] {
  return (embeddedMigrations[engine] ?? []).map(readMigration);
}

/** Splits a migration file into its statements, which end with a semicolon at the end of a line. */
export function readMigration({ file, sql }: MigrationFile): Migration {
  const [, version = '', name = ''] = /^(\d{4})_(.+)\.sql$/.exec(file) ?? [];
  const statements = sql
    .replace(/\r\n/g, '\n')
    .split('\n')
    .filter((line) => !/^\s*--/.test(line))
    .join('\n')
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  return { version: Number(version), name, statements, checksum: checksumOf(statements) };
}

/** A statement with its white space folded, for comparing. */
export function foldStatement(statement: string): string {
  return statement.replace(/\s+/g, ' ').trim();
}

/** SHA-256 of the statements with white space folded, so that comments, line ends and indentation do not matter. */
function checksumOf(statements: readonly string[]): string {
  const text = statements.map(foldStatement).join(';\n');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
