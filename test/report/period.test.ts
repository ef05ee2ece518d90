import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/errors.ts';
import { readPeriod } from '../../src/report/period.ts';

const today = Temporal.PlainDate.from('2026-11-23');

function daysOf(from: string | undefined, to: string | undefined) {
  return readPeriod({ from, to }).daysAt(today);
}

function problemOf(from: string | undefined, to: string | undefined): Problem {
  try {
    daysOf(from, to);
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error(`${from} to ${to} was accepted`);
}

describe('the dates of a report', () => {
  it('may both be left out, or either of them', () => {
    expect(daysOf(undefined, undefined)).toEqual({ from: undefined, to: undefined });
    expect(String(daysOf('2024-01-31', undefined).from)).toBe('2024-01-31');
    expect(String(daysOf(undefined, '2024-01-31').to)).toBe('2024-01-31');
  });

  it('may be a leap day, the last day of a year, and a day far away', () => {
    for (const day of ['2024-02-29', '2000-02-29', '2023-12-31', '1900-01-01', '9999-12-31']) {
      expect(String(daysOf(day, undefined).from)).toBe(day);
    }
  });

  it.each(['2023-02-29', '1900-02-29', '2024-02-30', '2024-13-01', '2024-00-10', '2024-04-31', '2024-01-00'])(
    '%s is refused, because there is no such day',
    (day) => {
      const { kind, message, hint } = problemOf(undefined, day);
      expect(kind).toBe('usage');
      expect(message).toBe(`--to-date "${day}": there is no such day.`);
      expect(hint).toBe('For example: --to-date 2024-02-29');
    },
  );

  it.each([
    '',
    'today',
    '01.02.2024',
    '2024-1-2',
    '24-01-02',
    '20240102',
    '2024-01-02T00:00',
    '2024-01-02 ',
    '+002024-01-02',
    '٢٠٢٤-٠١-٠٢',
  ])('%j is refused, because it is not written as a date', (text) => {
    const { kind, message, hint } = problemOf(text, undefined);
    expect(kind).toBe('usage');
    expect(message).toBe(`--from-date ${JSON.stringify(text)}: a date is written YYYY-MM-DD.`);
    expect(hint).toBe('For example: --from-date 2024-02-29');
  });

  it('leave no day when they are the same, and the hint says how to ask for that day', () => {
    const { kind, message, hint } = problemOf('2024-02-29', '2024-02-29');
    expect(kind).toBe('usage');
    expect(message).toBe('--from-date 2024-02-29 is not before --to-date 2024-02-29: no day would be left.');
    expect(hint).toContain('--from-date 2024-02-29 --to-date 2024-03-01');
  });

  it('are refused in the wrong order', () => {
    expect(problemOf('2024-03-01', '2024-02-29').kind).toBe('usage');
  });
});
