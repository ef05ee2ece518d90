import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../config/config-folder.ts';
import { fill } from '../report/clicks-database.ts';
import { createReportDatabase } from '../report/report-database.ts';
import { type Run, runFunnels } from '../support/program.ts';
import { type Engine, engines } from '../support/test-databases.ts';

const export_ = [
  'E-Mail;Timestamp;utm_campaign',
  'Ann@X.org;2024-01-06 12:00;language_funnel',
  'bob@x.org;2024-01-06T12:00:00Z;language_funnel',
  'bob@x.org;2024-01-06T12:00:00Z;newsletter',
  'nobody;2024-01-06 12:00;language_funnel',
  '',
].join('\r\n');

type Report = (words: string[], stdin?: string) => Promise<Run>;

/** Two people in the language funnel, who bought on the next day; `clicks.csv` lies in the folder of the run. */
async function prepare(engine: Engine): Promise<Report> {
  const { database } = await createReportDatabase(engine);
  const entry = { funnel: 'language', test: 5, boughtAt: '2024-01-07 00:00:00' };
  await fill(database, [
    { ...entry, email: 'ann@x.org', at: '2024-01-06 11:00:00' },
    { ...entry, email: 'bob@x.org', at: '2024-01-06 13:00:00' },
  ]);
  const cwd = folderWith({ 'clicks.csv': export_ });
  writeFileSync(join(cwd, 'other.csv'), 'who,when,what\nann@x.org,2024-01-06T12:00:00Z,lang-2026\n');
  const environment = {
    FUNNELS_DATABASE_URL: database.url,
    FUNNELS_REPORT_TIMEZONE: 'UTC',
    ...(engine === 'mysql' ? { FUNNELS_DATABASE_TIMEZONE: '+00:00' } : {}),
  };
  return (words, stdin) =>
    runFunnels(['report', 'conversions', ...words], {
      cwd,
      environment: { ...environment, ...(words.includes('other.csv') ? lang2026 : {}) },
      ...(stdin === undefined ? {} : { stdin }),
    });
}

const lang2026 = { FUNNELS_UTM_CAMPAIGNS_LANGUAGE: 'lang-2026' };

describe.each(engines)('funnels report conversions --clicks on %s', (engine) => {
  it('adds who clicked and what became of every line, the same from a file and from standard input', async () => {
    const report = await prepare(engine);
    const [table, json, csv] = await Promise.all([
      report(['--clicks', 'clicks.csv', '--format', 'table']),
      report(['--clicks', 'clicks.csv', '--json']),
      report(['--clicks', '-', '--format', 'csv'], export_),
    ]);
    expect([table.code, table.stderr, json.code, csv.code]).toEqual([0, '', 0, 0]);
    expect(table.stdout).toMatch(/^language +2 +1 +few +2 +1 +few$/m);
    expect(table.stdout).toContain('    1  of other campaigns, not counted  newsletter\n');
    expect(table.stdout).toContain(
      'Note: 1 line of clicks.csv cannot be used; the first is line 5: no usable address (no @).',
    );
    expect(JSON.parse(json.stdout)).toMatchObject({
      clicks: {
        rows: [
          { funnel: 'language', entries: 2, clicked: 1, purchased: 2, purchased_after_click: 1 },
          { funnel: 'non_language', entries: 0, clicked: 0 },
        ],
        lines: { read: 4, counted: 1, before_entering: 1, other_campaign: 1, rejected: 1 },
        rejected_lines: [{ line: 5, reason: 'no usable address (no @)' }],
      },
    });
    expect(csv.stdout).toMatch(
      /^funnel,entries,.*,clicked,purchased_after_click\nlanguage,2,.*,1,1\nnon_language,0,.*,0,0\n$/,
    );
    expect(csv.stderr).toBe(
      '1 line of standard input cannot be used; the first is line 5: no usable address (no @).\n',
    );
  });
});

describe('funnels report conversions --clicks', () => {
  it('takes the columns and the campaigns as they are called', async () => {
    const report = await prepare('sqlite');
    const names = ['--clicks-columns', 'email=who,time=when', '--clicks-columns', 'campaign=what'];
    const run = await report(['--clicks', 'other.csv', ...names, '--json']);
    expect(JSON.parse(run.stdout).clicks.totals).toMatchObject({ clicked: 1 });
  });

  it('knows no clicks without the flag', async () => {
    const report = await prepare('sqlite');
    expect(JSON.parse((await report(['--json'])).stdout).clicks).toBeNull();
    expect((await report(['--format', 'table'])).stdout).not.toMatch(/click/i);
  });

  it.each([
    [['--clicks', 'no.csv'], 64, 'Error: The file of clicks no.csv cannot be read: it does not exist.\n'],
    [
      ['--clicks', 'clicks.csv', '--clicks-columns', 'mail=x'],
      64,
      'takes email=, time= and campaign=, not "mail=x".\n',
    ],
    [['--clicks-columns', 'email=x'], 64, 'Error: --clicks-columns goes with --clicks only.\n'],
    [['--clicks', 'clicks.csv', '--format', 'plain'], 64, 'Error: --format plain has no place for the clicks'],
    [
      ['--clicks', 'other.csv'],
      65,
      'Error: other.csv has no column with the email of a click. Its columns: who, when, what.\n',
    ],
    [['--clicks', '-'], 65, 'Error: standard input is empty.\n'],
  ])('%j ends with %i', async (words, code, sentence) => {
    const run = await (await prepare('sqlite'))(words);
    expect(run).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toContain(sentence);
  });
});
