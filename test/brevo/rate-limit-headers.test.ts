import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { retryAfterSeconds } from '../../src/brevo/rate-limit-headers.ts';

const now = new Date('2026-02-03T04:05:06Z');

function inSeconds(seconds: number): string {
  return new Date(now.getTime() + seconds * 1000).toUTCString();
}

describe('how long an account has to wait', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now, toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['90', 90],
    [' 90 ', 90],
    ['2.2', 3],
    ['0', 1],
    ['-5', 1],
    ['7200', 3600],
    ['Infinity', 3600],
    [inSeconds(60), 60],
    [inSeconds(0), 1],
    [inSeconds(-60), 1],
    [inSeconds(7200), 3600],
    ['soon', 1],
    ['', 1],
  ])('is told by "Retry-After: %s" as %i s', (text, seconds) => {
    expect(retryAfterSeconds(new Headers({ 'retry-after': text }))).toBe(seconds);
  });

  it.each([
    ['7', 7],
    ['300', 300],
    ['soon', 90],
    ['', 90],
  ])('is told by Brevo’s own "%s" rather than by Retry-After, if that can be understood', (reset, seconds) => {
    expect(retryAfterSeconds(new Headers({ 'x-sib-ratelimit-reset': reset, 'retry-after': '90' }))).toBe(seconds);
  });

  it('is a second when nobody tells it', () => {
    expect(retryAfterSeconds(new Headers())).toBe(1);
  });

  it('is whole seconds from 1 to 3600, whatever the headers hold', () => {
    const text = fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String));
    fc.assert(
      fc.property(text, text, (reset, retryAfter) => {
        const headers = new Headers({ 'x-sib-ratelimit-reset': reset, 'retry-after': retryAfter });
        const seconds = retryAfterSeconds(headers);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(3600);
      }),
    );
  });
});
