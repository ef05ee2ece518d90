import { describe, expect, it } from 'vitest';
import { createReportDatabase, type ReportDatabase } from '../report/report-database.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { type Engine, engines } from '../support/test-databases.ts';

/** Runs `funnels report conversions` on a database of the running test. */
interface Report {
  (words?: string[], environment?: Record<string, string>): Promise<Run>;
  enter: ReportDatabase['enter'];
  pay: ReportDatabase['pay'];
}

async function prepare(engine: Engine): Promise<Report> {
  const { database, enter, pay } = await createReportDatabase(engine);
  const report = (words: string[] = [], environment: Record<string, string> = {}) =>
    runFunnels(['report', 'conversions', ...words], {
      environment: { FUNNELS_DATABASE_URL: database.url, ...environment },
    });
  return Object.assign(report, { enter, pay });
}

async function enterFour({ enter }: Report): Promise<void> {
  for (let day = 1; day <= 3; day += 1) await enter('language', `2024-01-0${day} 12:00:00`, { bought: day === 1 });
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
      rows: [
        { funnel: 'language', entries: 3, purchased: 1 },
        { funnel: 'non_language', entries: 1, purchased: 0 },
      ],
      totals: { entries: 4, purchased: 1 },
    });
  });

  it('takes dates, in the zone of report.timezone, and names the period; the zone of the process is no matter', async () => {
    const report = await prepare(engine);
    await report.enter('language', '2024-06-30 20:59:59');
    await report.enter('language', '2024-06-30 21:00:00');
    await report.enter('language', '2024-07-01 20:59:59');
    await report.enter('language', '2024-07-01 21:00:00');
    const words = [
      '--from-date',
      '2024-07-01',
      '--to-date',
      '2024-07-02',
      '--as-of',
      '2024-08-01',
      '--format',
      'table',
    ];
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
    expect(tsv).toMatch(/^language\t3\t1\t33\.33%\t.*\nnon_language\t1\t0\t0\.00%\t.*\n$/);
    expect(csv).toMatch(
      /^funnel,entries,purchased,conversion,.*\nlanguage,3,1,33\.33%,.*\nnon_language,1,0,0\.00%,.*\n$/,
    );
    expect(markdown).toContain('| language | 3 | 1 | 33.33% |');
    expect(table).toMatch(/^All +4 +1 +few /m);
    const { as_of: asOf, ...rest } = JSON.parse(json ?? '');
    expect(asOf).toMatch(/^\d{4}-/);
    expect(JSON.parse((await report(['--json'])).stdout)).toMatchObject({ rows: rest.rows, totals: rest.totals });
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
    expect(piped).toMatchObject({ code: 0, stderr: nothing });
    expect(piped.stdout).toMatch(/^language\t0\t0\t\t.*\nnon_language\t0\t0\t\t.*\n$/);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toContain(`\n\n${nothing}`);
    expect(plain).toMatchObject({ code: 0, stdout: nothing, stderr: '' });
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ totals: { entries: 0, purchased: 0 } });
  });

  it.each([
    ['--from-date', '2023-02-29', '--from-date "2023-02-29": there is no such day.'],
    ['--to-date', '1.2.2024', '--to-date "1.2.2024": a date is written YYYY-MM-DD.'],
  ])('refuses %s %s before it connects to anything, with an example', async (flag, text, sentence) => {
    const run = await runFunnels(['report', 'conversions', flag, text]);
    expect(run).toMatchObject({ code: 64, stdout: '' });
    expect(run.stderr).toBe(`Error: ${sentence}\nFor example: ${flag} 2024-02-29\n`);
  });

  it('prints the same for every zone and language of the process, byte for byte as of one moment', async () => {
    const report = await prepare('sqlite');
    await enterFour(report);
    await report.enter('language', '2024-03-31 00:30:00', { bought: '2024-04-02 10:00:00' });
    const words = ['--as-of', '2024-05-01', '--period', '2024', '--by', 'month', '--timezone', 'Europe/Berlin'];
    const places = [
      {},
      { TZ: 'America/New_York', LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' },
      { TZ: 'Asia/Tokyo', LC_ALL: 'ar_EG.UTF-8' },
    ];
    for (const format of ['json', 'csv']) {
      const runs = await Promise.all(places.map((place) => report([...words, '--format', format], place)));
      expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(places.map(() => [0, '']));
      expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
    }
  });

  it('exits with 8 when a rule of --fail-if holds, and says which; not when too little is known', async () => {
    const report = await prepare('sqlite');
    await enterFour(report);
    const words = ['--format', 'plain', '--fail-if', 'language.entries<5', '--fail-if', 'settled<50%'];
    const broken = await report(words);
    expect(broken).toMatchObject({ code: 8, stdout: expect.stringContaining('language: entries=3') });
    expect(broken.stderr).toBe(
      'Warning: --fail-if "language.entries<5": entries is 3.\n' +
        'Warning: --fail-if "settled<50%": not judged, there are fewer than 20 entries to judge by.\n',
    );
    expect(await report(['--format', 'plain', '--fail-if', 'settled<50%'])).toMatchObject({ code: 0 });
    const wrong = await report(['--fail-if', 'bounce<50%']);
    expect(wrong).toMatchObject({ code: 64, stdout: '' });
    expect(wrong.stderr).toContain('There are conversion, settled, entries, purchased, people.');
  });

  it.each([
    [['--period', 'next-week'], '--period "next-week": there is no such period.'],
    [['--period', 'today', '--from-date', '2024-01-01'], '--period cannot be combined with --from-date and --to-date.'],
    [['--window', '0'], '--window "0": a window is a whole number of days from 1 to 3650.'],
    [['--timezone', 'Kyiv'], '--timezone "Kyiv": there is no such time zone.'],
    [['--as-of', 'now'], '--as-of "now": a moment is written YYYY-MM-DD HH:MM, or YYYY-MM-DD.'],
    [['--compare', 'previous'], '--compare needs a period with a first day.'],
    [['--format', 'plain', '--by', 'day'], '--format plain has no place for the rows of --by.'],
    [
      ['--format', 'plain', '--period', '2024', '--compare', 'previous'],
      '--format plain has no place for the comparison',
    ],
    [['--funnel', 'langage'], '--funnel langage: there is no such funnel. There are language, non_language.'],
    [['--funnel', 'non-language'], '--funnel non-language: there is no such funnel. There are non_language, language.'],
    [['--from-date', '2090-01-01'], '--from-date 2090-01-01 is after '],
    [['--as-of', '2090-01-01'], '--as-of 2090-01-01 00:00:00 has not come yet (UTC).'],
  ])('refuses %j as wrong usage', async (words, sentence) => {
    const run = await (await prepare('sqlite'))(words);
    expect(run).toMatchObject({ code: 64, stdout: '' });
    expect(run.stderr).toContain(`Error: ${sentence}`);
  });

  it.each(['tsv', 'csv', 'markdown'])('says beside %s that its rows hold no comparison', async (format) => {
    const report = await prepare('sqlite');
    await enterFour(report);
    const words = ['--period', '2024-01', '--format', format];
    const compared = await report([...words, '--compare', 'previous']);
    expect(compared).toMatchObject({ code: 0, stderr: expect.stringMatching(/^The rows hold no comparison: .*\n$/) });
    expect(await report(words)).toMatchObject({ stdout: compared.stdout, stderr: '' });
  });

  it('takes a funnel of its own that the table holds', async () => {
    const report = await prepare('sqlite');
    await report.enter('webinar', '2024-01-01 10:00:00');
    const run = await report(['--funnel', 'webinar', '--format', 'csv']);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nwebinar,1,0,/) });
  });

  it('takes the window from report.windowDays, and --window over it', async () => {
    const report = await prepare('sqlite');
    await report.enter('language', '2024-01-01 10:00:00', { bought: '2024-01-06 10:00:00' });
    const settled = async (words: string[]) => {
      const run = await report([...words, '--json'], { FUNNELS_REPORT_WINDOW_DAYS: '4' });
      const { definitions, totals } = JSON.parse(run.stdout);
      return [definitions.window_days, totals.settled.purchased];
    };
    expect(await settled([])).toEqual([4, 0]);
    expect(await settled(['--window', '5d'])).toEqual([5, 1]);
  });
});
