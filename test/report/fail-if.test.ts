import { describe, expect, it } from 'vitest';
import { describeJudgement } from '../../src/output/judgement-words.ts';
import { judge, readRule } from '../../src/report/fail-if.ts';
import { noFigures } from '../../src/report/figures.ts';
import type { Conversions } from '../../src/report/result.ts';
import { createReportDatabase } from './report-database.ts';

async function sample() {
  const { enter, report } = await createReportDatabase('sqlite');
  for (let number = 0; number < 25; number += 1) {
    await enter('language', '2024-03-01 10:00:00', number < 2 ? { bought: '2024-03-05 10:00:00' } : {});
  }
  await enter('non_language', '2024-03-01 10:00:00', { bought: '2024-03-05 10:00:00' });
  return report();
}

describe('a rule of --fail-if', () => {
  it.each([
    ['language.settled<8%', 'kept', undefined],
    ['language.settled<8.1%', 'broken', '--fail-if "language.settled<8.1%": settled is 8.00% (2 of 25).'],
    ['language:settled <= 8%', 'broken', '--fail-if "language:settled <= 8%": settled is 8.00% (2 of 25).'],
    ['language.settled>8%', 'kept', undefined],
    ['language.conversion>=8%', 'broken', '--fail-if "language.conversion>=8%": conversion is 8.00% (2 of 25).'],
    ['entries<27', 'broken', '--fail-if "entries<27": entries is 26.'],
    ['purchased<3', 'kept', undefined],
    ['people>25', 'broken', '--fail-if "people>25": people is 26.'],
    [
      'non_language.conversion<50%',
      'not_enough_data',
      '--fail-if "non_language.conversion<50%": not judged, there are fewer than 20 entries to judge by.',
    ],
  ])('%s is %s', async (text, outcome, words) => {
    const [judgement] = judge([readRule(text)], await sample());
    expect(judgement?.outcome).toBe(outcome);
    expect(judgement && describeJudgement(judgement)).toBe(words);
  });

  it.each([
    [{ name: 'last-30d' }, 'can never be judged, because the period is no longer than the window of 30 days. Choose'],
    [{ name: 'today', windowDays: 1 }, 'the window of 1 day. Choose a longer one, such as --period last-2d, or'],
    [{ name: '2024-05' }, 'not judged, no entry of the period can be 30 days old yet.'],
    [{ from: '2024-04-21' }, 'not judged, no entry of the period can be 30 days old yet.'],
    [{ from: '2024-04-20' }, 'not judged, there are fewer than 20 entries to judge by.'],
    [{ name: 'last-31d' }, 'not judged, there are fewer than 20 entries to judge by.'],
    [{}, 'not judged, there are fewer than 20 entries to judge by.'],
  ])('about the settled rate of %o says why it cannot be judged', async (asked, words) => {
    const { enter, report } = await createReportDatabase('sqlite');
    for (let number = 0; number < 25; number += 1) await enter('language', '2024-05-19 10:00:00');
    const judged = judge([readRule('language.settled<8%')], await report({ asOf: '2024-05-20 12:00', ...asked }));
    expect(judged.map((one) => describeJudgement(one))).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    [22, 1000, 'conversion<2.2%', undefined],
    [22, 1000, 'conversion<=2.2%', 'conversion is 2.20% (22 of 1,000).'],
    [22, 1000, 'conversion>2.2%', undefined],
    [29, 100, 'settled<29%', undefined],
    [57, 100, 'settled>57%', undefined],
    [23, 400, 'settled<5.75%', undefined],
    [7, 25, 'settled>28.0%', undefined],
    [21_999, 1_000_000, 'settled<2.2%', 'settled is 2.1999% (21,999 of 1,000,000).'],
    [220_001, 10_000_000, 'settled>2.20%', 'settled is 2.20001% (220,001 of 10,000,000).'],
  ])('of %i in %i compares in whole numbers: %s', (purchased, entries, text, words) => {
    const settled = { entries, purchased, rate: purchased / entries, likely: null };
    const figures = { ...noFigures, entries, purchased, conversion: purchased / entries, settled };
    const report = { definitions: { window_days: 30 }, rows: [], totals: figures } as unknown as Conversions;
    const [judged] = judge([readRule(text)], report);
    const said = judged && describeJudgement(judged);
    expect(said).toBe(words === undefined ? undefined : `--fail-if "${text}": ${words}`);
  });

  it('can be judged with the period of the documents, and would be broken', async () => {
    const { enter, report } = await createReportDatabase('sqlite');
    for (let number = 0; number < 25; number += 1) await enter('language', '2024-04-10 10:00:00');
    const [judged] = judge([readRule('language.settled<8%')], await report({ asOf: '2024-05-20', name: 'last-60d' }));
    expect(judged?.outcome).toBe('broken');
  });

  it.each([
    ['bounce<8%', 'there is no metric bounce. There are conversion, settled, entries, purchased, people.'],
    ['settled', 'a rule is a metric, < <= > or >=, and a limit.'],
    ['settled=8%', 'a rule is a metric, < <= > or >=, and a limit.'],
    ['settled<8', 'settled is compared with a percentage, such as 8%.'],
    ['entries<8%', 'entries is compared with a number without %.'],
    ['constructor<8', 'there is no metric constructor.'],
  ])('%s is refused', (text, words) => {
    expect(() => readRule(text)).toThrow(words);
  });

  it('is refused when its funnel is not in the report', async () => {
    const report = await sample();
    expect(() => judge([readRule('webinar.entries<1')], report)).toThrow('the report has no funnel webinar');
  });
});
