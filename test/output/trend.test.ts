import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bar, type Point, sparkline } from '../../src/output/trend.ts';
import { displayWidth } from '../../src/output/width.ts';

const utf8 = { unicode: true };
const ascii = { unicode: false };

describe('bar', () => {
  it.each([
    [8, 8, 8, '████████', '########'],
    [4, 8, 8, '████', '####'],
    [0.375, 1, 4, '█▌', '##'],
    [7, 8, 1, '▉', '#'],
    [1, 1000, 10, '▏', '#'],
    [0, 8, 8, '', ''],
    [3, 0, 8, '', ''],
    [Number.NaN, 8, 8, '', ''],
    [20, 8, 4, '████', '####'],
    [3, 3, 0, '', ''],
  ])('of %d of %d in %d cells is %j, or %j', (value, max, width, drawn, plain) => {
    expect([bar(value, max, width, utf8), bar(value, max, width, ascii)]).toEqual([drawn, plain]);
  });

  it('never outgrows its width, and never shrinks as the value grows', () => {
    const cells = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.nat(), fc.nat(), cells, fc.boolean(), (a, b, width, unicode) => {
        const max = Math.max(a, b);
        const [small, large] = [Math.min(a, b), max].map((value) => displayWidth(bar(value, max, width, { unicode })));
        expect(large).toBe(max === 0 ? 0 : width);
        expect(small).toBeLessThanOrEqual(large ?? 0);
        expect(small === 0).toBe(Math.min(a, b) === 0);
      }),
    );
  });
});

describe('sparkline', () => {
  it('rises from zero to the largest value and marks what is open', () => {
    expect(sparkline([0, 0.1, 0.2, 0.4, null, 0.7, 'open', 'open'], utf8)).toBe('▁▂▃▅ █··');
    expect(sparkline([0, 0.1, 0.2, 0.4, null, 0.7, 'open', 'open'], ascii)).toBe('_-~= #..');
  });

  it('shares a scale with other lines where one is given', () => {
    expect(sparkline([0.1, 0.2], utf8, 0.8)).toBe('▂▃');
  });

  it('is flat where everything is zero, and empty for no points', () => {
    expect(sparkline([0, 0, 'open'], utf8)).toBe('▁▁·');
    expect(sparkline(['open', null], utf8)).toBe('· ');
    expect(sparkline([], utf8)).toBe('');
  });

  it('takes one cell per point, ASCII where asked', () => {
    const point = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom<Point>('open', null));
    fc.assert(
      fc.property(fc.array(point), (points) => {
        expect(displayWidth(sparkline(points, utf8))).toBe(points.length);
        expect(sparkline(points, ascii)).toMatch(/^[ -~]*$/);
        expect(sparkline(points, ascii)).toHaveLength(points.length);
      }),
    );
  });
});
