import type { SchemaDifference } from '../migrate/schema-difference.ts';
import type { Column } from './columns.ts';
import { renderRows } from './render.ts';
import type { Terminal } from './terminal.ts';

const columns: Column<SchemaDifference>[] = [
  { key: 'object', title: 'Object', priority: 1, value: (row) => row.object },
  { key: 'found', title: 'Found', priority: 3, value: (row) => row.found ?? 'missing' },
  { key: 'expected', title: 'Expected', priority: 4, value: (row) => row.expected ?? '-' },
  { key: 'action', title: 'What happens', priority: 1, value: (row) => row.action },
];

/** How the predecessor's tables differ from ours and what becomes of each difference; nothing when there are none. */
export function renderDifferences(differences: readonly SchemaDifference[], terminal: Terminal): string {
  if (differences.length === 0) return '';
  const title = 'How the tables that are there differ from those of funnels:';
  return `${renderRows(differences, columns, { format: 'table', terminal, title })}\n`;
}
