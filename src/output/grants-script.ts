import type { Grants } from '../migrate/grants.ts';

/** The statements with a line above each part that says whose they are; SQL as a client of the database takes it. */
export function renderGrants({ program, reporting }: Grants): string {
  return [
    '-- The account of the program (sync, drain-outbox, migrate). It has to be there: CREATE USER ... IDENTIFIED BY ...',
    '-- CREATE, ALTER, INDEX, REFERENCES and DROP are used by migrate only.',
    ...program,
    '-- The account for reports and find-duplicates, which reads only. Tables have to be there: after funnels migrate.',
    ...reporting,
    '',
  ].join('\n');
}
