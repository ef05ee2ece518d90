import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, Column } from '../../src/output/columns.ts';
import { type Format, formats, renderRows } from '../../src/output/render.ts';
import { hostilePieces, isHarmless, pipe, screen } from './terminals.ts';

type Pair = [Cell, Cell];
const columns: Column<Pair>[] = [
  { key: 'email', title: 'Address', value: (row) => row[0] },
  { key: 'entries', title: 'Entries', value: (row) => row[1] },
];
const render = (format: Format, rows: Pair[], terminal = pipe) => renderRows(rows, columns, { format, terminal });

const hostileText = fc.array(fc.constantFrom(...hostilePieces), { maxLength: 6 }).map((pieces) => pieces.join(''));
const cell: fc.Arbitrary<Cell> = fc.oneof(hostileText, fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null));
const pairs = fc.array(fc.tuple(cell, cell), { maxLength: 5 });

describe('renderRows', () => {
  it('is tab-separated off a terminal when no format is named', () => {
    expect(renderRows([['ann@example.com', 3]] as Pair[], columns, { terminal: pipe })).toBe('ann@example.com\t3\n');
  });

  it('leaves title and footer to format table', () => {
    for (const format of formats.filter((name) => name !== 'table')) {
      const words = { title: 'Title!', footer: ['Footer!'] };
      expect(renderRows([['a', 1]] as Pair[], columns, { format, terminal: screen, ...words })).not.toContain('!');
    }
  });

  it('shows no rows as nothing, or as the frame the format needs', () => {
    expect(render('tsv', [])).toBe('');
    expect(render('csv', [])).toBe('email,entries\n');
    expect(render('markdown', [])).toBe('| Address | Entries |\n| --- | --- |\n');
    expect(render('json', [])).toBe('[]\n');
  });

  it('lets nothing reach a terminal that it would obey, in any format', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(...formats), (rows, format) => {
        const text = render(format, rows, screen);
        expect(isHarmless(format === 'tsv' ? text.replaceAll('\t', '') : text)).toBe(true);
      }),
    );
  });

  it('ends with exactly one newline', () => {
    const named = fc.array(fc.tuple(fc.constant('x'), cell), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(named, fc.constantFrom(...formats), (rows, format) => {
        expect(render(format, rows)).toMatch(/[^\n]\n$/);
      }),
    );
  });
});

describe('format tsv', () => {
  it('is one line per row that reads back to the same cells', () => {
    const unescaped = (text: string) =>
      text.replace(/\\(.)/g, (_, letter: string) => ({ t: '\t', n: '\n', r: '\r' })[letter] ?? letter);
    fc.assert(
      fc.property(pairs, (rows) => {
        const lines = render('tsv', rows).split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => line.split('\t').map(unescaped))).toEqual(
          rows.map((row) => row.map((value) => (value === null ? '' : String(value)))),
        );
      }),
    );
  });
});

/** A reader of RFC 4180 as strict as they come: it throws on a quote where none may be. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/y;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw new Error(`Not CSV: ${JSON.stringify(text)}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\n') {
      records.push(record);
      record = [];
    }
  }
  return records;
}

describe('format csv', () => {
  it('quotes what has to be quoted and disarms formulas, not numbers', () => {
    const rows: Pair[] = [
      ['say "hi", Ann', -5],
      ['=1+1', null],
      ['-5+A1', 0],
      ['@x,\ny', 2],
      ['-1.5%', '+3'],
    ];
    expect(render('csv', rows)).toBe(`email,entries\n"say ""hi"", Ann",-5\n'=1+1,\n'-5+A1,0\n"'@x,\ny",2\n-1.5%,+3\n`);
  });

  it.each(['=1', '+1+1', '-x', '@SUM(1)', '\t=1', '\r=1', '\n=1', '\0=1', '-', '+-1', '-1\n', '1-'])(
    'as a spreadsheet reads it never holds a formula: %j',
    (text) => {
      const [, [field = ''] = []] = parseCsv(render('csv', [[text, null]]));
      expect(field).toBe(text === '1-' ? text : `'${text}`);
    },
  );

  it('for Excel begins with one byte order mark and ends its records with CR LF; a terminal gets neither', () => {
    const rows: Pair[] = [['zoë\nb', 1]];
    const excel = (terminal: typeof pipe) => renderRows(rows, columns, { format: 'csv', terminal, excel: true });
    expect(excel(pipe)).toBe('\ufeffemail,entries\r\n"zoë\nb",1\r\n');
    const comma = renderRows(
      [{ email: 'a;b', share: '14.70%', entries: 1.5, version: '2.0' }],
      [
        { key: 'email', title: 'Email', value: ({ email }) => email },
        { key: 'share', title: 'Share', align: 'right', value: ({ share }) => share },
        { key: 'entries', title: 'Entries', value: ({ entries }) => entries },
        { key: 'version', title: 'Version', value: ({ version }) => version },
      ],
      { format: 'csv', terminal: pipe, excel: true, decimalComma: true },
    );
    expect(comma).toBe('\ufeffemail;share;entries;version\r\n"a;b";14,70%;1,5;2.0\r\n');
    expect(excel(screen)).toBe('email,entries\n"zoë\nb",1\n');
    expect(renderRows(rows, columns, { format: 'tsv', terminal: pipe, excel: true })).toBe('zoë\\nb\t1\n');
  });

  it('reads back to the same cells', () => {
    const expected = (value: Cell) => {
      if (value === null) return '';
      const isFormula = typeof value === 'string' && '=+-@\t\r\n\0'.includes(value[0] ?? 'none');
      return isFormula && !/^[+-]\d+$/.test(value) ? `'${value}` : String(value);
    };
    fc.assert(
      fc.property(pairs, (rows) => {
        expect(parseCsv(render('csv', rows))).toEqual([['email', 'entries'], ...rows.map((row) => row.map(expected))]);
      }),
    );
  });

  it('writes a record of one blank field so that readers see it', () => {
    expect(
      renderRows([null], [{ key: 'note', title: 'Note', value: () => null }], { format: 'csv', terminal: pipe }),
    ).toBe('note\n""\n');
  });
});

describe('format markdown', () => {
  it('is a GitHub table with numbers to the right', () => {
    const rows: Pair[] = [
      ['a|b\\|c\r\nd', 12],
      ['<img src=x> [a](b) `*`', 3],
      ['\x1b[31m', null],
      ['non_language _x_ ~~y~~ $z$ a_', null],
    ];
    expect(render('markdown', rows)).toBe(
      [
        '| Address | Entries |',
        '| --- | ---: |',
        '| a\\|b\\\\\\|c<br>d | 12 |',
        '| \\<img src=x> \\[a](b) \\`\\*\\` | 3 |',
        '| \\x1b\\[31m |  |',
        '| non_language \\_x\\_ \\~\\~y\\~\\~ \\$z\\$ a\\_ |  |',
        '',
      ].join('\n'),
    );
  });

  it('has as many unescaped bars in every line', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const lines = render('markdown', rows).trimEnd().split('\n');
        expect(lines).toHaveLength(rows.length + 2);
        for (const line of lines) expect(line.replace(/\\./gu, '').split('|')).toHaveLength(4);
      }),
    );
  });
});

describe('format json', () => {
  it('is pretty-printed and keeps numbers, null and every character', () => {
    expect(render('json', [['ann', null]])).toBe('[\n  {\n    "email": "ann",\n    "entries": null\n  }\n]\n');
    fc.assert(
      fc.property(pairs, (rows) => {
        const text = render('json', rows);
        expect(JSON.parse(text)).toEqual(rows.map(([email, entries]) => ({ email, entries })));
      }),
    );
  });
});
