import { describe, expect, it } from 'vitest';
import { asksForJson } from '../../src/cli/json-request.ts';

describe('JSON', () => {
  it.each([['--json'], ['--format=json'], ['--format', 'json'], ['sync', '-n', '--json'], ['--bogus', '--json']])(
    'is asked for by %j',
    (...words) => {
      expect(asksForJson(words, {})).toBe(true);
    },
  );

  it.each([
    [''],
    ['--format', 'csv'],
    ['json'],
    ['--format=csv', 'json'],
    ['--', '--json'],
    ['--', '--format', 'json'],
  ])('is not asked for by %j', (...words) => {
    expect(asksForJson(words, {})).toBe(false);
  });

  it('is asked for by FUNNELS_CONTENT_TYPE too', () => {
    expect(asksForJson([], { FUNNELS_CONTENT_TYPE: 'JSON' })).toBe(true);
    expect(asksForJson([], { FUNNELS_CONTENT_TYPE: 'text' })).toBe(false);
  });
});
