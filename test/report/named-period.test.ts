import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/errors.ts';
import { comparedDays, readPeriod } from '../../src/report/period.ts';

function daysOf(name: string, today: string): string {
  const { from, to } = readPeriod({ name }).daysAt(Temporal.PlainDate.from(today));
  return `${from} ${to}`;
}

function comparedWith(words: Parameters<typeof readPeriod>[0], today: string, name: 'previous' | 'last-year'): string {
  const { from, to } = comparedDays(readPeriod(words), Temporal.PlainDate.from(today), name);
  return `${from} ${to}`;
}

describe('a period by name', () => {
  it.each([
    ['today', '2026-03-01', '2026-03-01 2026-03-02'],
    ['yesterday', '2026-03-01', '2026-02-28 2026-03-01'],
    ['yesterday', '2024-03-01', '2024-02-29 2024-03-01'],
    ['last-7d', '2026-03-01', '2026-02-23 2026-03-02'],
    ['last-30d', '2026-01-01', '2025-12-03 2026-01-02'],
    ['last-1d', '2026-01-01', '2026-01-01 2026-01-02'],
    ['this-month', '2026-03-31', '2026-03-01 2026-04-01'],
    ['this-month', '2026-03-01', '2026-03-01 2026-03-02'],
    ['last-month', '2026-03-31', '2026-02-01 2026-03-01'],
    ['last-month', '2026-01-15', '2025-12-01 2026-01-01'],
    ['2024-02', '2026-01-15', '2024-02-01 2024-03-01'],
    ['2026-12', '2026-01-15', '2026-12-01 2027-01-01'],
    ['2026-W01', '2026-06-15', '2025-12-29 2026-01-05'],
    ['2026-W43', '2026-06-15', '2026-10-19 2026-10-26'],
    ['2026-W53', '2026-06-15', '2026-12-28 2027-01-04'],
    ['2024', '2026-06-15', '2024-01-01 2025-01-01'],
    ['7d', '2026-03-01', '2026-02-23 2026-03-02'],
    ['this-week', '2026-10-25', '2026-10-19 2026-10-26'],
    ['this-week', '2026-10-26', '2026-10-26 2026-10-27'],
    ['last-week', '2026-10-25', '2026-10-12 2026-10-19'],
    ['last-week', '2026-01-01', '2025-12-22 2025-12-29'],
    ['this-quarter', '2026-11-25', '2026-10-01 2026-11-26'],
    ['this-quarter', '2026-03-31', '2026-01-01 2026-04-01'],
    ['last-quarter', '2026-02-28', '2025-10-01 2026-01-01'],
    ['last-quarter', '2026-12-31', '2026-07-01 2026-10-01'],
    ['this-year', '2026-11-25', '2026-01-01 2026-11-26'],
    ['last-year', '2026-11-25', '2025-01-01 2026-01-01'],
    ['last-year', '2024-02-29', '2023-01-01 2024-01-01'],
    ['2026-Q1', '2026-11-25', '2026-01-01 2026-04-01'],
    ['2026-Q3', '2026-11-25', '2026-07-01 2026-10-01'],
    ['2026-q4', '2026-11-25', '2026-10-01 2027-01-01'],
    ['2026-w43', '2026-06-15', '2026-10-19 2026-10-26'],
    ['2026-10-05', '2026-06-15', '2026-10-05 2026-10-06'],
    ['2024-02-29', '2026-06-15', '2024-02-29 2024-03-01'],
    [' LAST-Month ', '2026-03-31', '2026-02-01 2026-03-01'],
  ])('%s on %s is the days %s', (name, today, days) => {
    expect(daysOf(name, today)).toBe(days);
  });

  it.each([
    '',
    'tomorrow',
    '2026-13',
    '2026-00',
    '2025-W53',
    '2026-W00',
    '2026-W5',
    'last-0d',
    'last-d',
    '2026-Q5',
    '2026-Q0',
    '2026Q3',
    'last-decade',
    'next-week',
    '0d',
    '20260',
    '2026-02-30',
    '2026-10-5',
    '2026-10-05 10:00',
  ])('%j is refused with examples', (name) => {
    const refused = () => readPeriod({ name });
    expect(refused).toThrow(Problem);
    expect(refused).toThrow(`--period ${JSON.stringify(name)}: there is no such period.`);
  });

  it('is named in one way, however it was written', () => {
    const names = ['Today', 'LAST-7D', '2026-q3', '2026-w43', ' 2026 ', '2026-10'].map(
      (name) => readPeriod({ name }).name,
    );
    expect(names).toEqual(['today', 'last-7d', '2026-Q3', '2026-W43', '2026', '2026-10']);
  });

  it('cannot be combined with dates', () => {
    expect(() => readPeriod({ name: 'today', from: '2026-01-01' })).toThrow('--period cannot be combined with');
  });
});

describe('the period to compare with', () => {
  it.each([
    [{ name: 'last-month' }, '2026-03-31', 'previous', '2026-01-01 2026-02-01'],
    [{ name: 'this-month' }, '2026-03-10', 'previous', '2026-02-01 2026-02-11'],
    [{ name: 'this-week' }, '2026-10-28', 'previous', '2026-10-19 2026-10-22'],
    [{ name: 'last-week' }, '2026-10-28', 'previous', '2026-10-12 2026-10-19'],
    [{ name: 'this-quarter' }, '2026-05-31', 'previous', '2026-01-01 2026-03-01'],
    [{ name: 'this-quarter' }, '2026-05-30', 'previous', '2026-01-01 2026-03-01'],
    [{ name: 'last-quarter' }, '2026-05-31', 'previous', '2025-10-01 2026-01-01'],
    [{ name: '2026-Q1' }, '2026-05-31', 'last-year', '2025-01-01 2025-04-01'],
    [{ name: 'this-year' }, '2026-05-31', 'previous', '2025-01-01 2025-06-01'],
    [{ name: 'last-year' }, '2026-05-31', 'previous', '2024-01-01 2025-01-01'],
    [{ name: '2026-W01' }, '2026-03-10', 'previous', '2025-12-22 2025-12-29'],
    [{ name: '2024' }, '2026-03-10', 'previous', '2023-01-01 2024-01-01'],
    [{ name: 'last-7d' }, '2026-03-10', 'previous', '2026-02-25 2026-03-04'],
    [{ from: '2026-10-01', to: '2026-11-01' }, '2026-11-22', 'previous', '2026-09-01 2026-10-01'],
    [{ from: '2026-03-01', to: '2026-04-01' }, '2026-11-22', 'previous', '2026-02-01 2026-03-01'],
    [{ from: '2026-02-01', to: '2026-03-01' }, '2026-11-22', 'previous', '2026-01-01 2026-02-01'],
    [{ from: '2026-07-01', to: '2026-10-01' }, '2026-11-22', 'previous', '2026-04-01 2026-07-01'],
    [{ from: '2026-01-01', to: '2026-07-01' }, '2026-11-22', 'previous', '2025-07-01 2026-01-01'],
    [{ from: '2025-01-01', to: '2026-01-01' }, '2026-11-22', 'previous', '2024-01-01 2025-01-01'],
    [{ from: '2026-10-19', to: '2026-10-26' }, '2026-11-22', 'previous', '2026-10-12 2026-10-19'],
    [{ from: '2026-10-01', to: '2026-10-31' }, '2026-11-22', 'previous', '2026-09-01 2026-10-01'],
    [{ from: '2026-10-02', to: '2026-11-02' }, '2026-11-22', 'previous', '2026-09-01 2026-10-02'],
    [{ from: '2026-11-01' }, '2026-11-22', 'previous', '2026-10-01 2026-10-23'],
    [{ from: '2026-11-01', to: '2026-11-23' }, '2026-11-22', 'previous', '2026-10-01 2026-10-23'],
    [{ from: '2026-11-01' }, '2026-11-30', 'previous', '2026-10-01 2026-11-01'],
    [{ from: '2026-03-01' }, '2026-03-30', 'previous', '2026-02-01 2026-03-01'],
    [{ from: '2026-01-01' }, '2026-11-22', 'previous', '2025-01-01 2025-11-23'],
    [{ from: '2026-11-01', to: '2026-11-20' }, '2026-11-22', 'previous', '2026-10-13 2026-11-01'],
    [{ from: '2026-11-16' }, '2026-11-18', 'previous', '2026-11-09 2026-11-12'],
    [{ from: '2026-10-01' }, '2026-11-25', 'previous', '2026-07-01 2026-08-26'],
    [{ from: '2026-01-01' }, '2026-08-31', 'previous', '2025-01-01 2025-09-01'],
    [{ name: 'last-30d' }, '2026-06-30', 'previous', '2026-05-02 2026-06-01'],
    [{ from: '2026-11-20' }, '2026-11-22', 'previous', '2026-11-17 2026-11-20'],
    [{ name: '2024-02' }, '2026-03-10', 'last-year', '2023-02-01 2023-03-01'],
    [{ name: 'this-month' }, '2026-03-28', 'previous', '2026-02-01 2026-03-01'],
    [{ name: 'this-month' }, '2026-03-30', 'previous', '2026-02-01 2026-03-01'],
    [{ name: 'this-month' }, '2026-03-31', 'previous', '2026-02-01 2026-03-01'],
    [{ name: 'this-month' }, '2026-05-30', 'previous', '2026-04-01 2026-05-01'],
    [{ name: '2026-03' }, '2026-05-30', 'previous', '2026-02-01 2026-03-01'],
    [{ name: '2026-02' }, '2026-05-30', 'previous', '2026-01-01 2026-02-01'],
    [{ from: '2024-02-01', to: '2024-02-29' }, '2026-03-10', 'last-year', '2023-02-01 2023-03-01'],
    [{ from: '2024-02-01', to: '2024-03-01' }, '2026-03-10', 'last-year', '2023-02-01 2023-03-01'],
    [{ from: '2023-02-01', to: '2025-03-01' }, '2026-03-10', 'last-year', '2022-02-01 2024-03-01'],
    [{ from: '2024-02-29', to: '2024-03-01' }, '2026-03-10', 'last-year', '2023-02-28 2023-03-01'],
  ] as const)('of %o on %s (%s) is %s', (words, today, name, days) => {
    expect(comparedWith(words, today, name)).toBe(days);
  });

  it.each(['2026-11-18', '2026-11-30', '2026-08-31', '2026-12-31', '2024-05-15'])(
    'is the same for a week, month, quarter or year up to %s, by name and by its first day',
    (today) => {
      for (const name of ['this-week', 'this-month', 'this-quarter', 'this-year']) {
        const [from = ''] = daysOf(name, today).split(' ');
        expect([name, comparedWith({ from }, today, 'previous')]).toEqual([
          name,
          comparedWith({ name }, today, 'previous'),
        ]);
      }
    },
  );

  it('needs a first day', () => {
    expect(() => comparedWith({ to: '2026-01-01' }, '2026-03-10', 'previous')).toThrow('--compare needs a period');
  });
});
