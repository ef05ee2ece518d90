import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, Column } from '../../src/output/columns.ts';
import { renderRows } from '../../src/output/render.ts';
import { displayWidth } from '../../src/output/width.ts';
import { hostilePieces, isHarmless, pipe, screen } from './terminals.ts';

interface Person {
  email: string;
  funnel: string;
  entries: number;
  bought: string | null;
}

const people: Person[] = [
  { email: 'ann@example.com', funnel: 'language', entries: 2, bought: '2026-10-09' },
  { email: 'zoë@例え.jp', funnel: 'non_language', entries: 1040, bought: null },
];
const columns: Column<Person>[] = [
  { key: 'email', title: 'Address', value: (row) => row.email },
  { key: 'funnel', title: 'Funnel', priority: 3, value: (row) => row.funnel },
  { key: 'entries', title: 'Entries', value: (row) => row.entries },
  { key: 'bought', title: 'Bought', priority: 2, value: (row) => row.bought },
];

const at = (width: number) => renderRows(people, columns, { terminal: { ...screen, columns: width } });

describe('format table', () => {
  it('is the default on a terminal: one rule, no frame, numbers to the right, null blank', () => {
    expect(at(80)).toBe(
      [
        'Address          Funnel        Entries  Bought',
        '─'.repeat(50),
        'ann@example.com  language            2  2026-10-09',
        'zoë@例え.jp      non_language     1040',
        '',
      ].join('\n'),
    );
  });

  it('draws the rule in ASCII where the locale is not UTF-8', () => {
    const text = renderRows([{ n: 1 }], [{ key: 'n', title: 'Number', value: (row) => row.n }], {
      terminal: { ...screen, unicode: false },
    });
    expect(text).toBe('Number\n------\n     1\n');
  });

  it('prints its header bold only where there is colour', () => {
    const colored = renderRows(people, columns, { terminal: { ...screen, color: true } });
    expect(colored.split('\n')[0]).toContain('\x1b[1mAddress\x1b[22m');
    expect(colored.replaceAll('\x1b[1m', '').replaceAll('\x1b[22m', '')).toBe(at(80));
    expect(at(80)).not.toContain('\x1b');
  });

  it('drops columns by priority, the largest first, until it fits', () => {
    expect(at(50).split('\n')[0]).toBe('Address          Funnel        Entries  Bought');
    expect(at(49).split('\n')[0]).toBe('Address          Entries  Bought');
    expect(at(36).split('\n')[0]).toBe('Address          Entries  Bought');
    expect(at(35).split('\n')[0]).toBe('Address          Entries');
    expect(at(24).split('\n')[0]).toBe('Address          Entries');
  });

  it('drops the rightmost of two columns with the same priority', () => {
    const twins = columns.map((column) => ({ ...column, priority: column.key === 'email' ? 1 : 2 }));
    const text = renderRows(people, twins, { terminal: { ...screen, columns: 40 } });
    expect(text.split('\n')[0]).toBe('Address          Funnel        Entries');
  });

  it('becomes records with every column where even those do not fit', () => {
    expect(at(23)).toBe(
      [
        'Address: ann@example.com',
        'Funnel: language',
        'Entries: 2',
        'Bought: 2026-10-09',
        '',
        'Address: zoë@例え.jp',
        'Funnel: non_language',
        'Entries: 1040',
        'Bought:',
        '',
      ].join('\n'),
    );
  });

  it('is complete off a terminal, however narrow that claims to be', () => {
    const text = renderRows(people, columns, {
      format: 'table',
      terminal: { ...pipe, columns: 10 },
      footer: ['Not cut, not wrapped.'],
    });
    expect(text).toBe(`${at(80)}\nNot cut, not wrapped.\n`);
  });

  it('surrounds the table with title and footer, wrapped between words', () => {
    const text = renderRows([{ n: 7 }], [{ key: 'n', title: 'N', value: (row) => row.n }], {
      terminal: { ...screen, columns: 12 },
      title: 'Seven is\nthe only number',
      footer: ['Nothing was written.', '', '\x1b[31mred'],
    });
    expect(text).toBe('Seven is\nthe only\nnumber\n\nN\n─\n7\n\nNothing was\nwritten.\n\n\\x1b[31mred\n');
  });

  it('prints no header over no rows', () => {
    expect(renderRows([], columns, { terminal: screen })).toBe('');
    expect(renderRows([], columns, { terminal: screen, footer: ['No duplicates.'] })).toBe('No duplicates.\n');
  });

  it('keeps rows aligned and complete beyond the piece it draws at once', () => {
    const rows = Array.from({ length: 250 }, (_, index) => index);
    const lines = renderRows(rows, [{ key: 'i', title: 'Index', value: (row) => row }], { terminal: screen }).split(
      '\n',
    );
    expect(lines.slice(0, 3)).toEqual(['Index', '─────', '    0']);
    expect(lines.slice(2, -1)).toEqual(rows.map((row) => String(row).padStart(5)));
  });
});

describe('any table on a terminal', () => {
  const cell: fc.Arbitrary<Cell> = fc.oneof(
    fc.array(fc.constantFrom(...hostilePieces), { maxLength: 4 }).map((pieces) => pieces.join('')),
    fc.integer(),
    fc.constant(null),
  );
  const columnsOf = (priorities: number[]): Column<Cell[]>[] =>
    priorities.map((priority, index) => ({
      key: `c${index}`,
      title: `Column ${index}`,
      priority,
      value: (row) => row[index] ?? null,
    }));
  const tables = fc.record({
    rows: fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
    priorities: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
    columns: fc.integer({ min: 1, max: 90 }),
  });

  it('has one line per row, none wider than the terminal, and keeps the columns that must stay', () => {
    let tablesSeen = 0;
    fc.assert(
      fc.property(tables, (given) => {
        const text = renderRows(given.rows, columnsOf(given.priorities), {
          terminal: { ...screen, columns: given.columns },
        });
        const lines = text.split('\n');
        expect(isHarmless(text)).toBe(true);
        expect(lines.pop()).toBe('');
        if (!lines[1]?.startsWith('─')) return;
        tablesSeen += 1;
        // Below the table stands how many columns are missing, where any are.
        const isCut = lines.at(-1)?.includes('hidden') === true;
        const [title = ''] = lines;
        expect(isCut).toBe(given.priorities.some((_, index) => !title.includes(`Column ${index}`)));
        expect(lines).toHaveLength(given.rows.length + (isCut ? 4 : 2));
        const table = isCut ? lines.slice(0, -1) : lines;
        for (const line of table) expect(displayWidth(line)).toBeLessThanOrEqual(given.columns);
        given.priorities.forEach((priority, index) => {
          if (priority === 1) expect(lines[0]).toContain(`Column ${index}`);
        });
      }),
    );
    expect(tablesSeen).toBeGreaterThan(10);
  });

  it('is records only when the columns that must stay are wider than the terminal', () => {
    fc.assert(
      fc.property(tables, (given) => {
        const columns = columnsOf(given.priorities);
        const text = renderRows(given.rows, columns, { terminal: { ...screen, columns: given.columns } });
        const must = columns.filter((column) => column.priority === 1);
        if (must.length === 0) return;
        const narrowest = renderRows(given.rows, must, { format: 'table', terminal: pipe });
        const width = displayWidth(narrowest.split('\n')[1] ?? '');
        expect(text.split('\n')[1]?.startsWith('─') ?? false).toBe(width <= given.columns);
      }),
    );
  });
});
