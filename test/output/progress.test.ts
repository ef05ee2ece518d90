import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/output/progress.ts';
import { displayWidth } from '../../src/output/width.ts';

/** A stream that remembers what was written, and a clock that the test moves. */
function setUp(stream: { isTTY?: boolean; columns?: number }, total?: number, unicode = false) {
  const written: string[] = [];
  const clock = { ms: 5000 };
  const progress = createProgress(
    { ...stream, write: (text: string) => written.push(text) },
    { label: 'Syncing', unicode, now: () => clock.ms, ...(total === undefined ? {} : { total }) },
  );
  return { progress, written, clock };
}

/** What a terminal shows on the line after these writes. */
function shownBy(written: readonly string[]): string {
  const cells: string[] = [];
  let at = 0;
  for (const character of written.join('')) {
    if (character === '\r') at = 0;
    else cells[at++] = character;
  }
  return cells.join('').trimEnd();
}

describe('createProgress', () => {
  it('stays silent for the first second', () => {
    const { progress, written, clock } = setUp({ isTTY: true }, 100);
    clock.ms += 999;
    progress.advance(50);
    progress.finish();
    expect(written).toEqual([]);
  });

  it('stays silent off a terminal', () => {
    const { progress, written, clock } = setUp({}, 100);
    clock.ms += 60_000;
    progress.advance(50);
    progress.finish();
    expect(written).toEqual([]);
  });

  it('tells a text in the place of the bar, and makes room for other lines', () => {
    const { progress, written, clock } = setUp({ isTTY: true, columns: 20 });
    progress.tell('too early');
    clock.ms += 1000;
    progress.tell('a rather long text that is cut');
    expect(shownBy(written)).toBe('a rather long text');
    clock.ms += 1000;
    progress.tell('short');
    expect(shownBy(written)).toBe('short');
    progress.clear();
    expect(shownBy(written)).toBe('');
    expect(written.at(-1)?.endsWith('\r')).toBe(true);
    progress.redraw();
    expect(shownBy(written)).toBe('short');
    progress.clear();
    clock.ms += 1000;
    progress.tell('again');
    expect(shownBy(written)).toBe('again');
  });

  it('draws a bar, and clears its line at the end', () => {
    const { progress, written, clock } = setUp({ isTTY: true, columns: 60 }, 1000);
    clock.ms += 1000;
    progress.advance(420);
    expect(shownBy(written)).toBe('Syncing  ############..................   42%  420 / 1,000');
    progress.finish();
    expect(shownBy(written)).toBe('');
    clock.ms += 1000;
    progress.advance(430);
    progress.finish();
    expect(shownBy(written)).toBe('');
  });

  it('fills the bar in eighths of a character where the locale allows', () => {
    const { progress, written, clock } = setUp({ isTTY: true, columns: 44 }, 16, true);
    clock.ms += 1000;
    progress.advance(1);
    expect(shownBy(written)).toBe('Syncing  █▎░░░░░░░░░░░░░░░░░░    6%  1 / 16');
  });

  it('draws at most ten times a second', () => {
    const { progress, written, clock } = setUp({ isTTY: true }, 3000);
    for (let done = 0; done < 3000; done += 1) {
      clock.ms += 1;
      progress.advance(done);
    }
    expect(written).toHaveLength(21);
  });

  it('leaves nothing of a longer line behind', () => {
    const { progress, written, clock } = setUp({ isTTY: true });
    clock.ms += 1000;
    progress.advance(1000);
    clock.ms += 100;
    progress.advance(7);
    expect(shownBy(written)).toBe('Syncing  7');
  });

  it('learns the total on the way and says 100% only at the end', () => {
    const { progress, written, clock } = setUp({ isTTY: true });
    clock.ms += 1000;
    progress.advance(999, 1000);
    expect(shownBy(written)).toContain(' 99%');
    clock.ms += 100;
    progress.advance(1000);
    expect(shownBy(written)).toContain('100%  1,000 / 1,000');
  });

  it('is never as wide as the terminal, which would wrap', () => {
    const numbers = fc.nat({ max: 10 ** 9 });
    fc.assert(
      fc.property(
        numbers,
        fc.option(numbers, { nil: undefined }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        (done, total, columns, unicode) => {
          const { progress, written, clock } = setUp({ isTTY: true, columns }, total, unicode);
          clock.ms += 1000;
          progress.advance(done);
          expect(written).toHaveLength(1);
          expect(displayWidth(shownBy(written))).toBeLessThan(columns);
        },
      ),
    );
  });
});
