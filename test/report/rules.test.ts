import { describe, expect, it } from 'vitest';
import { describeJudgement } from '../../src/output/judgement-words.ts';
import { judge, readRule } from '../../src/report/rules.ts';
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
    ['language.settled<8.1%', 'broken', '--fail-if "language.settled<8.1%": settled is 8.00%.'],
    ['language:settled <= 8%', 'broken', '--fail-if "language:settled <= 8%": settled is 8.00%.'],
    ['language.settled>8%', 'kept', undefined],
    ['language.conversion>=8%', 'broken', '--fail-if "language.conversion>=8%": conversion is 8.00%.'],
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
