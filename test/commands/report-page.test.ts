import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createReportDatabase } from '../report/report-database.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { type Engine, engines } from '../support/test-databases.ts';

const source = '<b onclick="x">&amp;';
const october = ['--from-date', '2024-10-01', '--to-date', '2024-11-01', '--as-of', '2024-11-20 12:00'];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnels-page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** Runs the report on a database of the running test, with 40 language entries in October, 8 of which bought. */
async function prepare(engine: Engine): Promise<(...words: string[]) => Promise<Run>> {
  const { database, enter } = await createReportDatabase(engine);
  for (let day = 1; day <= 20; day += 1) {
    const date = `2024-10-${String(day).padStart(2, '0')}`;
    await enter('language', `${date} 10:00:00`, { source });
    await enter('language', `${date} 11:00:00`, day <= 8 ? { bought: `${date} 23:00:00` } : {});
  }
  const zone: Record<string, string> = engine === 'mysql' ? { FUNNELS_DATABASE_TIMEZONE: '+00:00' } : {};
  const environment = { FUNNELS_DATABASE_URL: database.url, FUNNELS_REPORT_TIMEZONE: 'UTC', ...zone };
  return (...words) => runFunnels(['report', 'conversions', ...words], { environment, cwd: folder });
}

describe('funnels report conversions --format html', () => {
  it('writes the same page on both engines, however it is asked to', async () => {
    const pages: string[] = [];
    for (const engine of engines) {
      const report = await prepare(engine);
      const [written, printed] = await Promise.all([
        report(...october, '--by', 'source', '--output', `${engine}.html`),
        report(...october, '--by', 'source', '--format', 'html'),
      ]);
      expect(written).toMatchObject({ code: 0, stdout: '' });
      expect(written.stderr).toMatch(new RegExp(`^Written to ${engine}\\.html \\([\\d,]+ bytes\\)\\.\n$`));
      expect(printed).toMatchObject({ code: 0, stderr: '' });
      pages.push(readFileSync(join(folder, `${engine}.html`), 'utf8'), printed.stdout);
    }
    expect(new Set(pages).size).toBe(1);
    const [page = ''] = pages;
    expect(page.startsWith('<!doctype html>\n<html lang="en"')).toBe(true);
    // Of the 40, those of the first 21 days are at least 30 days old on 20 November at noon.
    expect(page).toContain('<p class="big">20.0%</p>');
    expect(page).toContain('1–31 October 2024');
    expect(page).toContain('&lt;b onclick=&quot;x&quot;&gt;&amp;amp;');
    expect(page).not.toContain('<b ');
    expect(page).toContain('By week, in figures');
  });

  it('says the numbers that --json says', async () => {
    const report = await prepare('sqlite');
    const [json, page] = await Promise.all([
      report(...october, '--json'),
      report(...october, '--format', 'html', '--output', '-'),
    ]);
    const { totals } = JSON.parse(json.stdout);
    expect(totals).toMatchObject({ entries: 40, purchased: 8, settled: { entries: 40, purchased: 8 } });
    for (const text of ['<strong>40</strong>', '<strong>8</strong>', '8 of 40 entries']) {
      expect(page.stdout).toContain(text);
    }
  });

  it('has the trend that was asked for, and no second one', async () => {
    const report = await prepare('sqlite');
    const { stdout } = await report(...october, '--by', 'day', '--format', 'html');
    expect(stdout).toContain('By day, in figures <span class="aside">(62 rows)</span>');
    expect(stdout).not.toContain('By week, in figures');
  });

  it('is written also when a rule is broken, which the exit code says', async () => {
    const report = await prepare('sqlite');
    const run = await report(...october, '--output', 'report.html', '--fail-if', 'settled<50%');
    expect(run).toMatchObject({ code: 8, stdout: '' });
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });

  it('and the files follow the configuration: the name of the site, and the commas of its Excel', async () => {
    const report = await prepare('sqlite');
    const configuration = 'report:\n  siteName: Tests & Co\n  decimalComma: true\n';
    await writeFile(join(folder, 'config.yaml'), configuration);
    const [page, ofOne, rows] = await Promise.all([
      report('--period', '2024-10', '--format', 'html'),
      report('--funnel', 'language', '--format', 'html'),
      report('--format', 'csv', '--excel'),
    ]);
    expect(page.stdout).toContain('<title>Tests &amp; Co: funnel conversion, 1–31 October 2024</title>');
    expect(page.stdout).toContain('<p class="site">Tests &amp; Co</p>');
    expect(ofOne.stdout).toContain('<title>Tests &amp; Co: funnel conversion of language, all entries</title>');
    expect(rows.stdout).toMatch(/^\ufefffunnel;entries;.*\r\nlanguage;40;8;20,00%;/);
  });

  it('is a page too when nobody entered', async () => {
    const report = await prepare('sqlite');
    const run = await report('--period', '2023', '--output', 'empty.html');
    expect(run).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(folder, 'empty.html'), 'utf8')).toContain('No funnel entries found.');
  });
});

describe('--output', () => {
  it('takes the format from the ending, unless --format says another', async () => {
    const report = await prepare('sqlite');
    await Promise.all([
      report('--output', 'a.csv', '--excel'),
      report('--output', 'd.csv', '--excel', '--decimal-comma'),
      report('--output', 'b.MD'),
      report('--output', 'c.html', '--format', 'plain'),
    ]);
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toMatch(/^\ufefffunnel,entries,.*\r\nlanguage,40,8,20\.00%,/);
    expect(readFileSync(join(folder, 'd.csv'), 'utf8')).toMatch(/^\ufefffunnel;entries;.*\r\nlanguage;40;8;20,00%;/);
    expect(readFileSync(join(folder, 'b.MD'), 'utf8')).toMatch(/^\| Funnel \| Entries \|/);
    expect(readFileSync(join(folder, 'c.html'), 'utf8')).toMatch(/^Funnel conversion report\n---/);
  });

  it('names the file it cannot write, leaves nothing there, and exits 64', async () => {
    const report = await prepare('sqlite');
    mkdirSync(join(folder, 'there'));
    const [isFolder, missing] = await Promise.all([
      report('--output', 'there', '--format', 'html'),
      report('--output', 'nowhere/report.html'),
    ]);
    expect(isFolder).toMatchObject({ code: 64, stdout: '' });
    expect(isFolder.stderr).toBe(
      'Error: --output there: this is a folder.\nName a file in it, for example: --output there/report.html\n',
    );
    expect(missing).toMatchObject({ code: 64, stdout: '' });
    expect(missing.stderr).toContain(
      'Error: --output nowhere/report.html cannot be written: its folder does not exist.\n',
    );
    expect(readdirSync(folder)).toEqual(['there']);
  });

  it.each<[string[], string]>([
    [['--output', 'report.pdf'], '--output report.pdf: its ending does not say which format it shall have.'],
    [['--output', ''], '--output needs a value.'],
    [['--excel'], '--excel is about CSV alone.'],
    [['--excel', '--output', 'report.html'], '--excel is about CSV alone.'],
  ])('%j is refused before it connects to anything', async (words, sentence) => {
    const run = await runFunnels(['report', 'conversions', ...words], { cwd: folder });
    expect(run).toMatchObject({ code: 64, stdout: '' });
    expect(run.stderr.split('\n')[0]).toBe(`Error: ${sentence}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not go with JSON', async () => {
    const run = await runFunnels(['report', 'conversions', '--json', '--output', 'report.html'], { cwd: folder });
    expect(run.code).toBe(64);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'usage', exit: 64 } });
  });
});

describe('funnels report people --format csv --excel', () => {
  const words = ['report', 'people', '--state', 'lapsed', '--format', 'csv', '--excel', '--limit', '5000'];

  it('is one file for Excel, however many pages it was read in', async () => {
    const { database } = await createReportDatabase('sqlite');
    await database.admin(
      `INSERT INTO funnel_entries (email, funnel_type, user_id, test_id, entered_at)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)
        SELECT '=zoë' || n || '@example.com', 'language', n, 5, '2024-10-01 10:00:00' FROM numbers`,
    );
    const run = await runFunnels(words, { environment: { FUNNELS_DATABASE_URL: database.url } });
    const [head, ...records] = run.stdout.split('\r\n');
    expect(head).toMatch(/^\ufeffemail,funnel,/);
    expect(records.pop()).toBe('');
    expect(records).toHaveLength(2500);
    expect(records.filter((record) => !/^'=zoë\d+@example\.com,language,/.test(record))).toEqual([]);
  });

  it('has its head also when nobody is in it', async () => {
    const { database } = await createReportDatabase('sqlite');
    const run = await runFunnels(words, { environment: { FUNNELS_DATABASE_URL: database.url } });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^\ufeffemail,.*entry_id\r\n$/);
  });
});
