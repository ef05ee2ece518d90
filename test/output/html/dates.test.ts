import { describe, expect, it } from 'vitest';
import { dayInWords, momentInWords, periodInWords, tickLabel } from '../../../src/output/html/dates.ts';
import type { ReportedPeriod } from '../../../src/report/result.ts';
import { reportOn } from './sample.ts';

function inWords(from: string | null, last: string | null): string {
  const period: ReportedPeriod = { ...reportOn([]).period, from, last_day: last };
  return periodInWords(period, '2026-11-22 11:40:07');
}

describe('the days of a page', () => {
  it.each([
    [null, null, 'All entries'],
    [null, '2026-10-31', 'Up to 31 October 2026'],
    ['2026-10-01', null, '1 October 2026 until 22 November 2026, 11:40:07'],
    ['2026-10-01', '2026-10-01', '1 October 2026'],
    ['2026-10-01', '2026-10-31', '1–31 October 2026'],
    ['2026-09-28', '2026-10-04', '28 September – 4 October 2026'],
    ['2025-12-31', '2026-01-02', '31 December 2025 – 2 January 2026'],
    ['2025-10-01', '2026-10-31', '1 October 2025 – 31 October 2026'],
  ])('from %s to %s are %j', (from, last, words) => {
    expect(inWords(from, last)).toBe(words);
  });

  it('are written out, with the time where there is one', () => {
    expect(dayInWords('2024-02-29')).toBe('29 February 2024');
    expect(momentInWords('2026-11-22 11:40:07')).toBe('22 November 2026, 11:40:07');
  });

  it('stand under an axis with the year where it is new', () => {
    expect(tickLabel('month', '2025-11-01', undefined)).toEqual({ text: 'Nov', year: '2025' });
    expect(tickLabel('month', '2025-12-01', '2025-11-01')).toEqual({ text: 'Dec', year: '' });
    expect(tickLabel('week', '2026-01-05', '2025-12-29')).toEqual({ text: '5 Jan', year: '2026' });
  });
});
