import { describe, expect, it } from 'vitest';
import { clicksForPrograms } from '../../src/output/clicks-text.ts';
import type { ClickScope } from '../../src/report/clicks-entries.ts';
import { engines } from '../support/test-databases.ts';
import { clicksOf, type Entered, everything, fill } from './clicks-database.ts';
import { createReportDatabase } from './report-database.ts';

const ann: Entered = { email: 'ann@x.org', funnel: 'language', test: 5, at: '2024-01-05 10:00:00', boughtAt: null };
const header = 'email,time,campaign\n';
const line = (time: string, email = 'ann@x.org', campaign = 'language_funnel') => `${email},${time},${campaign}\n`;

describe.each(engines)('clicks of an export on %s', (engine) => {
  it('count from the second of entering on, and as before buying up to the second of the purchase', async () => {
    const { database, readOnly } = await createReportDatabase(engine);
    const clicked = async (boughtAt: string | null | undefined, ...times: string[]) => {
      await fill(database, [{ ...ann, boughtAt }]);
      const { rows, lines } = await clicksOf(readOnly, header + times.map((time) => line(time)).join(''));
      return [rows[0]?.clicked, rows[0]?.purchased_after_click, lines.counted, lines.before_entering];
    };
    expect(await clicked(null, '2024-01-05 09:59:59')).toEqual([0, 0, 0, 1]);
    expect(await clicked(null, '2024-01-05 10:00:00')).toEqual([1, 0, 1, 0]);
    expect(await clicked('2024-01-06 10:00:00', '2024-01-06 10:00:00')).toEqual([1, 1, 1, 0]);
    expect(await clicked('2024-01-06 10:00:00', '2024-01-06 10:00:01')).toEqual([1, 0, 1, 0]);
    expect(await clicked('2024-01-06 10:00:00', '2024-01-07 00:00', '2024-01-05 12:00')).toEqual([1, 1, 2, 0]);
    expect(await clicked('2024-01-06 10:00:00', '2024-01-01 00:00', '2024-01-07 12:00')).toEqual([1, 0, 1, 1]);
    expect(await clicked(undefined, '2024-01-05 11:00')).toEqual([1, 0, 1, 0]);
  });

  it('count an entry once, every entry of the person in that funnel, and nothing of another funnel', async () => {
    const { database, readOnly } = await createReportDatabase(engine);
    await fill(database, [
      ann,
      { ...ann, test: 6, at: '2024-01-06 00:00:00' },
      { ...ann, test: 7, at: '2024-01-08 00:00:00' },
      { ...ann, funnel: 'non_language' },
      { ...ann, email: 'bob@x.org' },
    ]);
    // More lines than one batch holds, so that the entries come up in several.
    const csv = header + line('2024-01-07T00:00:00', ' Ann@X.org ', 'Language_Funnel').repeat(2500);
    const rows = [
      { funnel: 'language', entries: 4, purchased: 1 },
      { funnel: 'non_language', entries: 1, purchased: 0 },
    ];
    expect(await clicksOf(readOnly, csv, { rows })).toEqual({
      file: 'clicks.csv',
      campaigns: { language: 'language_funnel', non_language: 'non_language_funnel' },
      rows: [
        {
          funnel: 'language',
          entries: 4,
          clicked: 2,
          click_rate: 0.5,
          purchased: 1,
          purchased_after_click: 0,
          conversion_after_click: 0,
        },
        {
          funnel: 'non_language',
          entries: 1,
          clicked: 0,
          click_rate: 0,
          purchased: 0,
          purchased_after_click: 0,
          conversion_after_click: null,
        },
      ],
      totals: {
        entries: 5,
        clicked: 2,
        click_rate: 0.4,
        purchased: 1,
        purchased_after_click: 0,
        conversion_after_click: 0,
      },
      lines: {
        read: 2500,
        counted: 2500,
        before_entering: 0,
        not_in_report: 0,
        after_as_of: 0,
        other_campaign: 0,
        rejected: 0,
      },
      other_campaigns: [],
      rejected_lines: [],
      time_forms: [],
    });
  });

  it('count for the entries of the report alone: its period, its funnel, its moment', async () => {
    const { database, readOnly } = await createReportDatabase(engine);
    await fill(database, [{ ...ann, boughtAt: '2024-01-08 00:00:00' }]);
    const csv = header + line('2024-01-07 00:00');
    const count = async (scope: Partial<ClickScope>) => {
      const { totals, lines } = await clicksOf(readOnly, csv, { scope: { ...everything, ...scope } });
      return [totals.clicked, totals.purchased_after_click, lines.not_in_report, lines.after_as_of];
    };
    expect(await count({ from: '2024-01-05 10:00:00', until: '2024-01-05 10:00:01' })).toEqual([1, 1, 0, 0]);
    expect(await count({ from: '2024-01-05 10:00:01' })).toEqual([0, 0, 1, 0]);
    expect(await count({ until: '2024-01-05 10:00:00' })).toEqual([0, 0, 1, 0]);
    expect(await count({ funnel: 'language' })).toEqual([1, 1, 0, 0]);
    expect(await count({ funnel: 'non_language' })).toEqual([0, 0, 1, 0]);
    expect(await count({ knownUntil: '2024-01-08 00:00:01' })).toEqual([1, 1, 0, 0]);
    expect(await count({ knownUntil: '2024-01-08 00:00:00' })).toEqual([1, 0, 0, 0]);
    expect(await count({ knownUntil: '2024-01-07 00:00:00' })).toEqual([0, 0, 0, 1]);
  });

  it('are told apart from lines that cannot be used, and all lines are accounted for', async () => {
    const { readOnly } = await createReportDatabase(engine);
    const bad = [
      ',2024-01-01 00:00,language_funnel\n',
      'nobody,2024-01-01 00:00,non_language_funnel\n',
      'ann@x.org,,language_funnel\n',
      'ann@x.org,2024-01-01,language_funnel\n',
      'ann@x.org,2024-02-30 10:00,language_funnel\n',
      'ann@x.org,2024-01-01 00:00\n',
      'ann@x.org,2024-01-01 00:00,language_funnel,more\n',
    ];
    const others = ['newsletter', '', 'newsletter', 'a', 'b', 'c', 'd'].map((name) => line('no matter', 'x', name));
    const csv = [header, line('2024-01-01 00:00'), ...bad, '\n', ...others, ...Array(5).fill(bad[0])].join('');
    const { lines, other_campaigns, rejected_lines } = await clicksOf(readOnly, csv);
    expect(lines).toEqual({
      read: 20,
      counted: 0,
      before_entering: 0,
      not_in_report: 1,
      after_as_of: 0,
      other_campaign: 7,
      rejected: 12,
    });
    expect(other_campaigns).toEqual(['newsletter', null, 'a', 'b', 'c']);
    expect(rejected_lines).toEqual([
      { line: 3, reason: 'no address' },
      { line: 4, reason: 'no usable address (no @)' },
      { line: 5, reason: 'no time' },
      { line: 6, reason: 'the time "2024-01-01" is only a day' },
      { line: 7, reason: 'the time "2024-02-30 10:00" does not exist' },
      { line: 8, reason: '2 columns instead of 3' },
      { line: 9, reason: '4 columns instead of 3' },
      { line: 18, reason: 'no address' },
      { line: 19, reason: 'no address' },
      { line: 20, reason: 'no address' },
    ]);
  });

  it('keep entries apart whose numbers are beyond 2^53', async () => {
    const { database, readOnly } = await createReportDatabase(engine);
    await fill(database, [ann, { ...ann, test: 6 }, { ...ann, test: 7 }]);
    const ids = ['9007199254740993', '9007199254740994', '9223372036854775806'];
    for (const [index, id] of ids.entries()) {
      await database.admin('UPDATE funnel_entries SET id = ? WHERE test_id = ?', [BigInt(id), 5 + index]);
    }
    const csv = header + line('2024-01-07 00:00').repeat(1500);
    expect((await clicksOf(readOnly, csv)).totals.clicked).toBe(3);
  });
});

describe('a funnel without a campaign', () => {
  const figures = (funnel: string) => ({ funnel, entries: 40, purchased: 10 });

  it('has no figures of clicks: that there were none cannot be said', async () => {
    const { readOnly } = await createReportDatabase('sqlite');
    const rows = ['language', 'non_language', 'webinar'].map(figures);
    const stage = await clicksOf(readOnly, header, { rows });
    expect(stage.rows.map(({ funnel }) => funnel)).toEqual(['language', 'non_language']);
    expect(stage.totals).toMatchObject({ entries: 80, purchased: 20 });
    const columns = clicksForPrograms<{ funnel: string }>(stage);
    expect(columns.map(({ value }) => value({ funnel: 'webinar' }))).toEqual([null, null]);
    expect(columns.map(({ value }) => value({ funnel: 'language' }))).toEqual([0, 0]);
  });

  it('is refused where the report is about it alone', async () => {
    const { readOnly } = await createReportDatabase('sqlite');
    const scope = { ...everything, funnel: 'webinar' };
    await expect(clicksOf(readOnly, header, { scope, rows: [figures('webinar')] })).rejects.toMatchObject({
      kind: 'usage',
      message: 'The funnel webinar has no campaign whose clicks could be counted.',
    });
  });
});

describe('the times of clicks', () => {
  // A server three hours ahead of UTC; 2024-01-05 10:00:00 there is 07:00:00Z.
  const after = ['2024-01-05T07:00:00Z', '2024-01-05T09:00:00+02:00', '2024-01-05 02:00:00-0500', '2024-01-05t07:00z'];
  const also = ['2024-01-05 07:00:00 UTC', '2024-01-05T07:00:00.999Z', '2024-01-05 10:00', '2024-01-05 10:00:00,5'];
  const before = [
    '2024-01-05T06:59:59Z',
    '2024-01-05 06:59:59.999 UTC',
    '2024-01-05T09:59:59',
    '2024-01-05T09:59:59+03',
  ];

  it('are moments where they have an offset, else the wall clock of the database', async () => {
    const { database, readOnly } = await createReportDatabase('mysql', '+03:00');
    await fill(database, [ann]);
    const csv = (times: string[]) => header + times.map((time) => line(`"${time}"`)).join('');
    expect((await clicksOf(readOnly, csv([...after, ...also]))).lines).toMatchObject({ read: 8, counted: 8 });
    expect((await clicksOf(readOnly, csv(before))).lines).toMatchObject({ read: 4, before_entering: 4 });
  });

  it.each(engines)('without an offset are wall clock of the report’s zone, when it has one (%s)', async (engine) => {
    const { database, readOnly } = await createReportDatabase(engine, engine === 'mysql' ? '+00:00' : undefined);
    await fill(database, [{ ...ann, at: '2024-07-05 10:00:00' }]);
    const count = async (time: string) =>
      (await clicksOf(readOnly, header + line(time), { timezone: 'Europe/Kyiv' })).lines.counted;
    expect([await count('2024-07-05 12:59:59'), await count('2024-07-05 13:00:00')]).toEqual([0, 1]);
    expect([await count('2024-07-05 09:59:59Z'), await count('2024-07-05 10:00:00Z')]).toEqual([0, 1]);
  });

  it.each([
    ['1969-12-31T23:59:59Z', 'is not between 1970 and 2038'],
    ['2038-01-20 00:00:00Z', 'is not between 1970 and 2038'],
    ['0000-00-00 00:00:00', 'does not exist'],
    ['2024-01-05T25:00Z', 'does not exist'],
    ['now', 'cannot be read'],
  ])('%s is none: it %s', async (time, why) => {
    const { readOnly } = await createReportDatabase('sqlite');
    const { rejected_lines, time_forms } = await clicksOf(readOnly, header + line(time) + line('2024-01-05 10:00'));
    expect(rejected_lines).toEqual([{ line: 2, reason: `the time "${time}" ${why}` }]);
    expect(time_forms.length).toBeGreaterThan(0);
  });

  it('of which none can be read are an error that says which can, not a report without clicks', async () => {
    const { readOnly } = await createReportDatabase('sqlite');
    const csv = header + line('Saturday') + line('no matter', 'nobody', 'newsletter');
    await expect(clicksOf(readOnly, csv)).rejects.toMatchObject({
      kind: 'data',
      message: 'No line of clicks.csv can be used; the first is line 2: the time "Saturday" cannot be read.',
      hint: expect.stringMatching(/^Times are read in these forms:\n.*ISO 8601.*1970/s),
    });
  });

  it('in a column that holds addresses are not repeated, nor are such campaigns and headers', async () => {
    const { readOnly } = await createReportDatabase('sqlite');
    const csv = header + line('eve@x.org') + line('eve%40x.org') + line('2024-01-05 10:00');
    const stage = await clicksOf(readOnly, csv + line('2024-01-05 10:00', 'ann@x.org', 'eve@x.org'));
    expect(stage.lines).toMatchObject({ rejected: 2, other_campaign: 1 });
    expect(JSON.stringify(stage)).not.toContain('eve');
    await expect(clicksOf(readOnly, 'eve@x.org,2024-01-05 10:00,x\n')).rejects.toMatchObject({
      kind: 'data',
      message: 'clicks.csv has no header: its first line holds an address.',
      hint: expect.not.stringContaining('eve'),
    });
  });

  it('of people whose address is not of the file’s encoding do not count for others', async () => {
    const { readOnly } = await createReportDatabase('sqlite');
    const latin1 = Buffer.from(header + line('2024-01-05 10:00') + line('2024-01-05 10:00', 'josé@x.org'), 'latin1');
    expect((await clicksOf(readOnly, latin1)).rejected_lines).toEqual([
      { line: 3, reason: 'an address that is not in UTF-8 or UTF-16' },
    ]);
  });
});
