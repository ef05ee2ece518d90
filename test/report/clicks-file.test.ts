import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findColumns, readColumnNames } from '../../src/report/clicks-columns.ts';
import { findClicks, readExport } from '../../src/report/clicks-file.ts';
import { folderWith, problemOf } from '../config/config-folder.ts';

async function linesOf(content: string | Buffer): Promise<[number, ...string[]][]> {
  const folder = folderWith();
  writeFileSync(join(folder, 'clicks.csv'), content);
  const lines: [number, ...string[]][] = [];
  const source = await findClicks(join(folder, 'clicks.csv'), nothing());
  for await (const { line, cells } of readExport({ ...source, name: 'clicks.csv' })) lines.push([line, ...cells]);
  return lines;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const plain = [
  [1, 'email', 'time'],
  [2, 'é@x.org', 't 1'],
];

/** The bytes in pieces of one size, as a pipe may bring them. */
async function cellsOf(bytes: Uint8Array, size: number): Promise<[number, ...string[]][]> {
  const lines: [number, ...string[]][] = [];
  const open = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  for await (const { line, cells } of readExport({ name: 'clicks.csv', open })) lines.push([line, ...cells]);
  return lines;
}

const encodings: Record<string, (text: string) => Buffer> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16LE': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16LE with a mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16BE': (text) => Buffer.from(text, 'utf16le').swap16(),
  'UTF-16BE with a mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
};

describe('an export', () => {
  it.each(Object.keys(encodings))('in %s is read with any mixture of line ends, in any pieces', async (encoding) => {
    const ends = fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 6, maxLength: 6 });
    const lines = ['# über uns', '#', 'Почта,time', 'é@x.org,"a 1"', 'b@x.org,"x', 'y"'];
    const check = async (end: string[], isEnded: boolean, size: number) => {
      const text = lines.map((line, index) => line + (index < 5 || isEnded ? end[index] : '')).join('');
      expect(await cellsOf(encodings[encoding]?.(text) ?? Buffer.alloc(0), size)).toEqual([
        [3, 'Почта', 'time'],
        [4, 'é@x.org', 'a 1'],
        [6, 'b@x.org', 'x\ny'],
      ]);
    };
    await fc.assert(fc.asyncProperty(ends, fc.boolean(), fc.integer({ min: 1, max: 20 }), check));
  });

  it.each([
    ['sep=;\na,b;c\n1,5;2\n', ['a,b', 'c'], ['1,5', '2']],
    ['\ufeffsep=,\r\na,b;c;d\n1,2;3\n', ['a', 'b;c;d'], ['1', '2;3']],
    ['"sep=|"\n# x\na|b\n1|2', ['a', 'b'], ['1', '2']],
    ['SEP=\t\na\tb\n1\t2\n', ['a', 'b'], ['1', '2']],
    ['sep=;;\na;b\n1;2\n', ['a', 'b'], ['1', '2']],
    ['sep=;,\na;b\n1;2\n', ['a', 'b'], ['1', '2']],
    ['a|b\n1|2\n', ['a', 'b'], ['1', '2']],
    ['"a,b,c";d\n1;2\n', ['a,b,c', 'd'], ['1', '2']],
  ])('%j is read with its separator', async (text, header, cells) => {
    expect((await linesOf(text)).map(([, ...line]) => line)).toEqual([header, cells]);
  });

  it.each([
    ['plain', 'email,time\né@x.org,t 1\n'],
    ['with quotes', '"email","time"\n"é@x.org","t 1"\n'],
    ['with semicolons', 'email;time\né@x.org;t 1\n'],
    ['with tabs and white space', ' email\ttime \né@x.org\t t 1\n'],
  ])('%s is read', async (_, content) => {
    expect(await linesOf(content)).toEqual(plain);
  });

  it('may begin with comments; blank lines do not count, and the numbers of lines stay right', async () => {
    const content = '# Report, all\n"# 2026; x"\n\na;b\n#1;"x\ny"\n;\n\n2;say "hi"\n';
    expect(await linesOf(content)).toEqual([
      [4, 'a', 'b'],
      [6, '#1', 'x\ny'],
      [9, '2', 'say "hi"'],
    ]);
  });

  it.each([
    ['', 'clicks.csv is empty.'],
    ['\n# nothing\n', 'clicks.csv is empty.'],
    [
      'a,b\n1,2\n3,"4\n5,6\n',
      'clicks.csv cannot be read on after line 2: a quote is opened there that is never closed.',
    ],
    [
      `a,b\n1,"${'2\n'.repeat(600_000)}`,
      'clicks.csv cannot be read on after line 1: a quote is opened there that is never closed.',
    ],
    [Buffer.from([0x1f, 0x8b, 8, 0, 10]), 'clicks.csv is compressed (gzip), not a CSV file.'],
    [Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0, 10, 0, 0, 0]), 'clicks.csv is text in UTF-32, not a CSV file.'],
    [Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 10]), 'clicks.csv is a spreadsheet, not a CSV file.'],
    ['<!doctype html>\n', 'clicks.csv is a page of HTML or XML, not a CSV file.'],
    [Buffer.from('PK\x03\x04\n'), 'clicks.csv is a spreadsheet or a ZIP archive, not a CSV file.'],
  ])('is refused when it is none (%#)', async (content, message) => {
    expect(await problemOf(linesOf(content))).toMatchObject({ kind: 'data', message });
  });

  it('is refused before anything else when it cannot be opened', async () => {
    const folder = folderWith();
    mkdirSync(join(folder, 'inner'));
    expect(await problemOf(findClicks(join(folder, 'no.csv'), nothing()))).toMatchObject({
      kind: 'usage',
      message: `The file of clicks ${folder}/no.csv cannot be read: it does not exist.`,
    });
    expect((await problemOf(findClicks(join(folder, 'inner'), nothing()))).message).toMatch(/: it is a folder\.$/);
  });

  it('that breaks off is no whole one', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('email,time,campaign\na@x.org,');
      throw Object.assign(new Error('i/o error'), { code: 'EIO' });
    }
    const read = async () => {
      for await (const { line } of readExport({ name: 'clicks.csv', open: broken })) expect(line).toBe(1);
    };
    expect(await problemOf(read())).toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/^clicks\.csv cannot be read to its end: .*EIO/),
    });
  });

  it('on standard input is not read twice: a second time it would be empty', async () => {
    const source = await findClicks('-', nothing());
    source.open();
    expect(() => source.open()).toThrow(expect.objectContaining({ kind: 'temporary' }));
  });
});

describe('the columns of an export', () => {
  it.each([
    ['email,time,campaign', [0, 1, 2]],
    ['Session campaign,E-Mail,Date,Timestamp', [1, 3, 0]],
    ['id,UTM_Campaign,Clicked at,Email address', [3, 2, 1]],
  ])('%s are found by their usual names', (header, places) => {
    const found = findColumns(header.split(','), {}, 'clicks.csv');
    expect([found.email, found.time, found.campaign]).toEqual(places);
  });

  it('are found by the names given, exactly, or else capitals and punctuation aside', () => {
    const names = readColumnNames(['email= User name', 'TIME=When']);
    expect(findColumns(['campaign', 'WHEN', 'When', 'username', 'email'], names, 'f')).toEqual({
      email: 3,
      time: 2,
      campaign: 0,
    });
  });

  it('that are missing are named, with those there are and how to name them', async () => {
    const find = (given: string[]) => async () => findColumns(['email', 'when', ''], readColumnNames(given), 'f.csv');
    expect(await problemOf(find([])())).toMatchObject({
      kind: 'data',
      message: 'f.csv has no column with the time of a click. Its columns: email, when, (no name).',
      hint: 'Name the column: --clicks-columns time=NAME',
    });
    expect(await problemOf(find(['time=whem'])())).toMatchObject({
      kind: 'usage',
      message: 'f.csv has no column "whem", which --clicks-columns names for time.',
      hint: 'Its columns: email, when, (no name)',
    });
  });

  it.each([[['mail=x']], [['email']], [['email=']], [['']], [['email=a', 'email=b']]])('%j is refused', (words) => {
    expect(() => readColumnNames(words)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
});
