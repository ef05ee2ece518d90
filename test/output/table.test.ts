import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, Column } from '../../src/output/columns.ts';
import { fitColumns } from '../../src/output/fit-columns.ts';
import { renderRows } from '../../src/output/render.ts';
import { visible } from '../../src/output/visible.ts';
import { displayWidth } from '../../src/output/width.ts';
import { wrapCell } from '../../src/output/wrap.ts';
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

  it('has no line wider than the terminal, keeps the columns that must stay, and names those that are hidden', () => {
    let tablesSeen = 0;
    fc.assert(
      fc.property(tables, (given) => {
        const text = renderRows(given.rows, columnsOf(given.priorities), {
          terminal: { ...screen, columns: given.columns },
        });
        const lines = text.split('\n');
        expect(isHarmless(text)).toBe(true);
        expect(lines.pop()).toBe('');
        const [title = '', rule] = lines;
        if (!rule?.startsWith('─')) return;
        tablesSeen += 1;
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(given.columns, 9));
        const note = lines.slice(lines.indexOf('', 2)).join(' ').split('Hidden').slice(1).join(' ');
        given.priorities.forEach((priority, index) => {
          const name = `Column ${index}`;
          if (priority === 1) expect(title).toContain(name);
          expect([title, note].filter((place) => place.includes(name))).toHaveLength(1);
        });
      }),
    );
    expect(tablesSeen).toBeGreaterThan(10);
  });

  it('wraps a long text instead of hiding others, and loses no letter of it', () => {
    const error = '400 invalid_parameter: Unable to update contact, SMS is already associated with another Contact';
    const row = [4228, 'failed', 'ann@example.com', error, '2026-11-25 02:10:00', null] as Cell[];
    const titles = ['Job', 'Status', 'Address', 'Last error', 'Changed at', 'Held until'];
    const priorities = [1, 1, 1, 2, 3, 2];
    const columns = titles.map((title, index) => ({
      key: title,
      title,
      priority: priorities[index] ?? 1,
      value: (cells: Cell[]) => cells[index] ?? null,
    }));
    for (const width of [80, 100]) {
      const text = renderRows([row], columns, { terminal: { ...screen, columns: width } });
      const [head = '', , ...rest] = text.split('\n');
      expect(head.trim().split(/ {2,}/)).toEqual(titles.slice(0, 5));
      const at = head.indexOf('Last error');
      const cells = rest.slice(0, rest.indexOf('')).map((line) => line.slice(at, head.indexOf('Changed at')).trim());
      expect(cells.join(' ').trim()).toBe(error);
      expect(text).toContain('Hidden because they are empty: Held until.');
    }
  });
});

describe('the fit of columns', () => {
  const column = fc.record({
    priority: fc.integer({ min: 1, max: 4 }),
    title: fc.integer({ min: 1, max: 12 }),
    value: fc.integer({ min: 0, max: 60 }),
    isText: fc.boolean(),
  });
  const given = fc.record({
    columns: fc.array(column, { minLength: 1, maxLength: 7 }),
    limit: fc.integer({ min: 1, max: 140 }),
  });

  it('hides nothing that would fit, and nothing that must stay', () => {
    fc.assert(
      fc.property(given, ({ columns: some, limit }) => {
        const columns = some.map(({ value, ...one }) => ({
          ...one,
          width: Math.max(one.title, value),
          isEmpty: value === 0,
        }));
        const wrapped = (cells: number): number[] =>
          columns.map((one) => (one.isText ? Math.min(one.width, Math.max(one.title, cells)) : one.width));
        const [narrow, comfortable] = [wrapped(20), wrapped(30)];
        const sum = (indexes: number[], widths: number[]): number =>
          indexes.reduce((all, index) => all + widths[index]!, 2 * Math.max(0, indexes.length - 1));
        const all = [...columns.keys()];
        const must = all.filter((index) => columns[index]!.priority === 1);
        const fitted = fitColumns(columns, limit);
        expect(fitted === null).toBe(sum(must, narrow) > limit);
        if (fitted === null) return;
        const { shown, widths } = fitted;
        expect(must.every((index) => shown.includes(index))).toBe(true);
        expect(sum([...widths.keys()], widths)).toBeLessThanOrEqual(limit);
        shown.forEach((index, place) => {
          expect(widths[place]).toBeGreaterThanOrEqual(narrow[index]!);
          expect(widths[place]).toBeLessThanOrEqual(columns[index]!.width);
        });
        const hidden = all.filter((index) => !shown.includes(index));
        for (const index of hidden.filter((one) => !columns[one]!.isEmpty)) {
          const widthsThen = columns[index]!.priority > 3 ? comfortable : narrow;
          expect(sum([...shown, index], widthsThen)).toBeGreaterThan(limit);
        }
        const natural = columns.map(({ width }) => width);
        if (sum(all, natural) <= limit) expect(fitted).toEqual({ shown: all, widths: natural });
      }),
    );
  });
});

describe('wrapCell', () => {
  it('keeps every letter and no line too wide', () => {
    const texts = fc
      .array(fc.constantFrom(...hostilePieces, 'word'), { maxLength: 12 })
      .map((all) => visible(all.join('')));
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 30 }), (text, width) => {
        const lines = wrapCell(text, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});
