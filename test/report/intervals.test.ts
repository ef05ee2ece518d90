import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference, wilson } from '../../src/report/intervals.ts';

const words = { higher: 'up', lower: 'down', no_clear_change: 'same', too_few: 'few' };

describe('the likely range of a share', () => {
  // Newcombe RG. Two-sided confidence intervals for the single proportion: comparison of seven methods.
  // Statistics in Medicine 1998; 17:857-872, table I, method 3 (score, no continuity correction).
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i/%i is the published one, %f to %f', (part, whole, low, high) => {
    const range = wilson(part, whole);
    expect(range?.low).toBeCloseTo(low, 4);
    expect(range?.high).toBeCloseTo(high, 4);
  });

  it('never leaves 0 to 1, always holds the share, and is not there without entries', () => {
    expect(wilson(0, 0)).toBeNull();
    const counts = fc.nat(5_000_000).chain((whole) => fc.tuple(fc.nat(whole), fc.constant(whole + 1)));
    fc.assert(
      fc.property(counts, ([part, whole]) => {
        const { low = Number.NaN, high = Number.NaN } = wilson(part, whole) ?? {};
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(part / whole);
        expect(high).toBeGreaterThanOrEqual(part / whole);
      }),
    );
    expect(wilson(7, 7)?.high).toBe(1);
  });
});

describe('the difference of two shares', () => {
  const of = (purchased: number, entries: number) => ({ purchased, entries });

  // Newcombe RG. Interval estimation for the difference between independent proportions: comparison of eleven methods.
  // Statistics in Medicine 1998; 17:873-890, table II, method 10 (score, no continuity correction).
  it.each([
    [of(56, 70), of(48, 80), 0.2, 0.0524, 0.3339],
    [of(9, 10), of(3, 10), 0.6, 0.1705, 0.809],
    [of(6, 7), of(2, 7), 0.5714, 0.0582, 0.8062],
    [of(5, 56), of(0, 29), 0.0893, -0.0381, 0.1926],
    [of(0, 10), of(0, 20), 0, -0.1611, 0.2775],
    [of(10, 10), of(0, 20), 1, 0.6791, 1],
  ])('of %o and %o has the published interval', (one, other, expected, low, high) => {
    const found = difference(one, other, words);
    expect(found.difference).toBeCloseTo(expected, 4);
    expect(found.likely?.low).toBeCloseTo(low, 4);
    expect(found.likely?.high).toBeCloseTo(high, 4);
  });

  it.each([
    [of(41, 312), of(12, 205), 'higher', 'up'],
    [of(12, 205), of(41, 312), 'lower', 'down'],
    [of(34, 231), of(28, 295), 'no_clear_change', 'same'],
    [of(9, 10), of(0, 500), 'too_few', 'few'],
    [of(0, 0), of(5, 500), 'too_few', 'few'],
  ])('of %o and %o is put into words', (one, other, verdict, text) => {
    expect(difference(one, other, words)).toMatchObject({ verdict, words: text });
  });

  it('is null when a side has nobody', () => {
    expect(difference(of(0, 0), of(5, 500), words)).toMatchObject({ difference: null, likely: null });
  });
});
