import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDifference,
  formatDuration,
  formatPercent,
  formatPoints,
  formatRange,
  formatShare,
  formatWait,
  roundPercent,
} from '../../src/output/numbers.ts';

describe('formatCount', () => {
  it('separates thousands', () => {
    expect([0, -0, 7, 999, 1000, 1234567, -1204].map(formatCount)).toEqual([
      '0',
      '0',
      '7',
      '999',
      '1,000',
      '1,234,567',
      '-1,204',
    ]);
    expect(formatCount(9_007_199_254_740_993n)).toBe('9,007,199,254,740,993');
  });
});

describe('formatPercent', () => {
  it.each([
    [25_000, 25_001, 1, '99.996%'],
    [1, 25_001, 1, '0.004%'],
    [1, 250, 0, '0.4%'],
    [1, 201, 0, '0.5%'],
    [199, 200, 0, '99.5%'],
    [99_999, 100_000, 2, '99.999%'],
    [1, 1_000_000_000, 1, '0.0000001%'],
  ])(
    'never shows some as none, nor nearly all as all: %i of %i with %i decimals is %s',
    (part, whole, digits, text) => {
      expect(formatPercent(part, whole, digits)).toBe(text);
    },
  );

  it('shows 0 and 100 % of none and all alone', () => {
    const counts = fc
      .bigInt({ min: 1n, max: 10n ** 9n })
      .chain((all) => fc.tuple(fc.bigInt({ min: 0n, max: all }), fc.constant(all)));
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 3 }), ([part, all], digits) => {
        const shown = Number.parseFloat(formatPercent(part, all, digits));
        expect([shown === 0, shown === 100]).toEqual([part === 0n, part === all]);
      }),
    );
  });

  it.each([
    [3, 10, '30.00%'],
    [1, 3, '33.33%'],
    [2, 3, '66.67%'],
    [1, 8, '12.50%'],
    [1, 800, '0.13%'],
    [201, 20_000, '1.01%'],
    [0, 5, '0.00%'],
    [5, 0, '0.00%'],
    [5, 5, '100.00%'],
    [3, 2, '150.00%'],
  ])('%i of %i is %s', (part, whole, text) => {
    expect(formatPercent(part, whole)).toBe(text);
  });

  it('is the nearest hundredth, and the upper of two that are as near', () => {
    const whole = fc.bigInt({ min: 1n, max: 10n ** 15n });
    fc.assert(
      fc.property(whole, fc.bigInt({ min: 0n, max: 10n ** 15n }), (all, part) => {
        const hundredths = BigInt(roundPercent(part, all, 2).replace(/[.%]/g, ''));
        // shown − exact, times 2·whole: from just above −whole (half below, never reached) up to whole.
        const twiceError = 2n * (hundredths * all - part * 10_000n);
        return twiceError > -all && twiceError <= all;
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [412, '0.4 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [12_300, '12 s'],
    [59_600, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_700, '1 h 00 min'],
    [7_620_000, '2 h 07 min'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('percentages of a report', () => {
  it.each([
    [1, 3, 1, '33.3%'],
    [2, 3, 0, '67%'],
    [1, 8, 2, '12.50%'],
    [1, 16, 3, '6.250%'],
    [0, 0, 1, '0.0%'],
  ])('%i of %i with %i decimals is %s', (part, whole, digits, text) => {
    expect(formatPercent(part, whole, digits)).toBe(text);
  });

  it('of fractions have the decimals that are asked for', () => {
    expect([formatShare(0.1473), formatShare(0.1473, 0), formatShare(1, 2)]).toEqual(['14.7%', '15%', '100.00%']);
  });

  it.each([
    [0.052, '+5.2'],
    [-0.0031, '-0.3'],
    [0.0004, '0.0'],
    [-0.0004, '0.0'],
    [1, '+100.0'],
  ])('differ by points: %f is %s', (difference, text) => {
    expect(formatPoints(difference)).toBe(text);
  });
});

describe('a range', () => {
  it.each([
    [{ low: 0.107, high: 0.199 }, 0, '11% 20%'],
    [{ low: 0.00001, high: 0.0002 }, 1, '0.001% 0.020%'],
    [{ low: 0.9998, high: 0.99999 }, 0, '99.980% 99.999%'],
    [{ low: 0, high: 0.43 }, 0, '0% 43%'],
    [{ low: 0.496, high: 0.504 }, 0, '49.6% 50.4%'],
    [{ low: 0.5, high: 0.5 }, 0, '50% 50%'],
    [{ low: 0.566, high: 1 }, 0, '57% 100%'],
    [{ low: 0.004, high: 0.129 }, 0, '0.4% 12.9%'],
  ])('of %o is %s', (bounds, digits, text) => {
    expect(formatRange(bounds, digits).join(' ')).toBe(text);
  });

  it.each([
    [0.052, { low: -0.003, high: 0.111 }, '+5.2 -0.3 +11.1'],
    [0.0004, { low: 0.0001, high: 0.0007 }, '+0.04 +0.01 +0.07'],
    [-0.0004, { low: -0.0007, high: -0.00001 }, '-0.040 -0.070 -0.001'],
    [0, { low: 0, high: 0 }, '0.0 0.0 0.0'],
    [0.00001, { low: -0.0004, high: 0.0004 }, '0.00 -0.04 +0.04'],
    [0.99992, { low: 0.9996, high: 0.99998 }, '+99.992 +99.960 +99.998'],
    [-1, { low: -1, high: -0.9 }, '-100.0 -100.0 -90.0'],
  ])('of a difference of %f, %o, is %s: one beside 0 does not seem to hold it', (difference, bounds, text) => {
    expect(Object.values(formatDifference(difference, bounds)).join(' ')).toBe(text);
  });
});

describe('a wait', () => {
  it.each([
    [0, '0 min'],
    [1500, '25 min'],
    [3569, '59 min'],
    [3570, '1 h'],
    [3599, '1 h'],
    [3600, '1 h'],
    [5399, '1 h'],
    [47 * 3600, '47 h'],
    [48 * 3600, '2.0 days'],
    [172_799, '2.0 days'],
    [363_000, '4.2 days'],
    [9.94 * 86_400, '9.9 days'],
    [859_680, '10 days'],
    [10 * 86_400, '10 days'],
    [31.4 * 86_400, '31 days'],
  ])('of %f seconds is %s', (seconds, text) => {
    expect(formatWait(seconds)).toBe(text);
  });
});
