import { describe, expect, it } from 'vitest';
import { readDuration } from '../src/read-duration.ts';

describe('a time on the command line', () => {
  it.each([
    ['60s', 60],
    ['2m', 120],
    ['0s', 0],
  ])('%s', (text, seconds) => {
    expect(readDuration(text, '--wait')).toBe(seconds);
  });

  it.each(['', '60', 's', '1h', '-1s', '1.5m', '1m30s', '999999s'])('%j is refused', (text) => {
    expect(() => readDuration(text, '--wait')).toThrow(`--wait ${JSON.stringify(text)} is not a time.`);
  });
});
