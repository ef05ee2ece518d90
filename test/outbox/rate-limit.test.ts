import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/outbox/rate-limit.ts';

describe('a rate limit', () => {
  it('is waited for when it ends within ten seconds', () => {
    expect(new RateLimit().limited(10)).toBeNull();
  });

  it('ends the run when it takes longer, and says when to come back', () => {
    const before = Date.now();
    const stop = new RateLimit().limited(1800);
    expect(stop).toMatchObject({
      kind: 'temporary',
      message: "Brevo's rate limit is used up for another 1800 s.",
    });
    const moment = /run it again after (.*) UTC/.exec(stop?.hint ?? '')?.[1];
    expect(Date.parse(`${moment}Z`)).toBeGreaterThanOrEqual(before + 1_800_000);
  });

  it('ends the run when Brevo still refuses after ten pauses, because somebody else uses all of it', () => {
    const limit = new RateLimit();
    const answers = Array.from({ length: 11 }, () => limit.limited(0));
    expect(answers.slice(0, 10)).toEqual(Array(10).fill(null));
    expect(answers[10]).toMatchObject({ kind: 'temporary', message: expect.stringContaining('after 10 pauses') });
  });

  it('counts the refusals of calls that were under way together as one pause', () => {
    const limit = new RateLimit();
    for (let call = 0; call < 64; call += 1) expect(limit.limited(5)).toBeNull();
  });

  it('forgets earlier pauses once a call was answered', () => {
    const limit = new RateLimit();
    for (let round = 0; round < 50; round += 1) {
      expect(limit.limited(0)).toBeNull();
      limit.lifted();
    }
  });

  it('lets nobody wait longer than their signal', async () => {
    const limit = new RateLimit();
    limit.limited(10);
    const ending = new AbortController();
    const waiting = limit.wait(ending.signal);
    ending.abort();
    await expect(waiting).rejects.toThrow(/abort/);
  });
});
