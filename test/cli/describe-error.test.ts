import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debugText, describeError } from '../../src/cli/describe-error.ts';
import { Problem, type ProblemKind } from '../../src/errors.ts';
import { rememberSecrets } from '../../src/secrets.ts';

describe('an expected failure', () => {
  it.each([
    ['usage', 64],
    ['data', 65],
    ['unavailable', 69],
    ['temporary', 75],
    ['refused', 77],
    ['configuration', 78],
  ] satisfies [ProblemKind, number][])('of the kind %s ends the program with %i', (kind, exit) => {
    const error = new Problem(kind, 'It is so.', { hint: 'Do this.' });
    expect(describeError(error, [])).toEqual({ code: kind, message: 'It is so.', exit, hint: 'Do this.' });
  });

  it('without a hint has none', () => {
    expect(describeError(new Problem('data', 'It is so.'), []).hint).toBeNull();
  });
});

describe('anything else that was thrown', () => {
  it('is called a bug of ours, with 1 and what to do', () => {
    expect(describeError(new TypeError('x is not a function'), [])).toEqual({
      code: 'bug',
      message: 'This is a bug in funnels: x is not a function',
      exit: 1,
      hint: 'Please report it together with what DEBUG=funnels shows.',
    });
  });

  it('has a message even when it is an AggregateError without one, or no Error', () => {
    const aggregate = new AggregateError([new Error('connect refused')]);
    expect(describeError(aggregate, []).message).toContain('connect refused');
    expect(describeError('a text', []).message).toContain('a text');
  });

  it('is shown to DEBUG=funnels with its stack and its causes', () => {
    const text = debugText(new Error('outer', { cause: new RangeError('inner') }));
    expect(text).toMatch(/Error: outer\n\s+at .*describe-error\.test/);
    expect(text).toContain('RangeError: inner');
  });
});

describe('a remembered secret', () => {
  const secret = 'correct-horse-battery';
  beforeEach(() => rememberSecrets([secret]));
  afterEach(() => rememberSecrets([]));

  it('is in no message, no hint and no stack', () => {
    const error = new Problem('refused', `Key ${secret}.`, { hint: `Not ${secret}.`, cause: new Error(secret) });
    expect(describeError(error, [])).toMatchObject({ message: 'Key ***.', hint: 'Not ***.' });
    expect(describeError(new Error(secret), []).message).toContain('***');
    expect(debugText(error)).toContain('***');
    expect(debugText(error)).not.toContain(secret);
  });
});
