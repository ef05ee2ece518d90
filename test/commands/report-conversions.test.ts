import { describe, expect, it } from 'vitest';
import { createReportDatabase } from '../report/report-database.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { type Engine, engines } from '../support/test-databases.ts';

/** Runs `funnels report conversions` on a database of the running test. */
interface Report {
  (words?: string[], environment?: Record<string, string>): Promise<Run>;
  enter(funnel: string, at: string, purchased?: boolean): Promise<void>;
}

async function prepare(engine: Engine): Promise<Report> {
  const { database, enter } = await createReportDatabase(engine);
  const report = (words: string[] = [], environment: Record<string, string> = {}) =>
    runFunnels(['report', 'conversions', ...words], {
      environment: { FUNNELS_DATABASE_URL: database.url, ...environment },
    });
  return Object.assign(report, { enter });
}

async function enterFour({ enter }: Report): Promise<void> {
  for (let day = 1; day <= 3; day += 1) await enter('language', `2024-01-0${day} 12:00:00`, day === 1);
  await enter('non_language', '2024-01-01 12:00:00');
}

describe.each(engines)('funnels report conversions on %s', (engine) => {
  it('prints the text of the guide as plain, and the same counts as JSON', async () => {
    const report = await prepare(engine);
    await enterFour(report);
    const [plain, json] = await Promise.all([report(['--format', 'plain']), report(['--json'])]);
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout).toBe(
      'Funnel conversion report\n------------------------\n' +
        'language: entries=3, purchased=1, conversion=33.33%\n' +
        'non_language: entries=1, purchased=0, conversion=0.00%\n',
    );
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      funnels: [
        { funnel: 'language', entries: 3, purchased: 1 },
        { funnel: 'non_language', entries: 1, purchased: 0 },
      ],
      total: { entries: 4, purchased: 1 },
    });
  });

  it('takes dates, in the zone of report.timezone, and names the period; the zone of the process is no matter', async () => {
    const report = await prepare(engine);
    await report.enter('language', '2024-06-30 20:59:59');
    await report.enter('language', '2024-06-30 21:00:00');
    await report.enter('language', '2024-07-01 20:59:59');
    await report.enter('language', '2024-07-01 21:00:00');
    const words = ['--from-date', '2024-07-01', '--to-date', '2024-07-02', '--format', 'table'];
    const kyiv = { FUNNELS_REPORT_TIMEZONE: 'Europe/Kyiv', ...utcSession(engine) };
    const [here, elsewhere] = await Promise.all([
      report(words, kyiv),
      report(words, { ...kyiv, TZ: 'America/Los_Angeles' }),
    ]);
    expect(here.stdout).toContain('entered on 2024-07-01 (Europe/Kyiv)\n');
    expect(here.stdout).toMatch(/^language +2 /m);
    expect(elsewhere).toEqual(here);
  });
});

function utcSession(engine: Engine): Record<string, string> {
  return engine === 'mysql' ? { FUNNELS_DATABASE_TIMEZONE: '+00:00' } : {};
}

describe('funnels report conversions', () => {
  it('prints the same rows in every format; --json is --format json', async () => {
    const report = await prepare('sqlite');
    await enterFour(report);
    const formats = ['tsv', 'csv', 'markdown', 'table', 'json'];
    const runs = await Promise.all(formats.map((format) => report(['--format', format])));
    const [tsv, csv, markdown, table, json] = runs.map(({ stdout }) => stdout);
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(formats.map(() => [0, '']));
    expect(tsv).toBe('language\t3\t1\t33.33%\nnon_language\t1\t0\t0.00%\n');
    expect(csv).toBe('funnel,entries,purchased,conversion\nlanguage,3,1,33.33%\nnon_language,1,0,0.00%\n');
    expect(markdown).toContain('| language | 3 | 1 | 33.33% |\n');
    expect(table).toMatch(/^All +4 +1 +25\.00%$/m);
    expect((await report(['--json'])).stdout).toBe(json);
  });

  it('says so when nobody entered, exits 0, and keeps stdout fit for programs', async () => {
    const report = await prepare('sqlite');
    const [piped, table, plain, json] = await Promise.all([
      report(),
      report(['--format', 'table']),
      report(['--format', 'plain']),
      report(['--json']),
    ]);
    const nothing = 'No funnel entries found.\n';
    expect(piped).toMatchObject({ code: 0, stdout: 'language\t0\t0\t\nnon_language\t0\t0\t\n', stderr: nothing });
    expect(table).toMatchObject({ code: 0, stdout: `Funnel conversion, all entries\n\n${nothing}`, stderr: '' });
    expect(plain).toMatchObject({ code: 0, stdout: nothing, stderr: '' });
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ total: { entries: 0, purchased: 0 } });
  });

  it.each([
    ['--from-date', '2023-02-29', '--from-date "2023-02-29": there is no such day.'],
    ['--to-date', '1.2.2024', '--to-date "1.2.2024": a date is written YYYY-MM-DD.'],
  ])('refuses %s %s before it connects to anything, with an example', async (flag, text, sentence) => {
    const run = await runFunnels(['report', 'conversions', flag, text]);
    expect(run).toMatchObject({ code: 64, stdout: '' });
    expect(run.stderr).toBe(`Error: ${sentence}\nFor example: ${flag} 2024-02-29\n`);
  });
});
