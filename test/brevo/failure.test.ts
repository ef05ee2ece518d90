import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFailure, type Failure } from '../../src/brevo/outcome.ts';

function described(part: Partial<Failure>): string {
  return describeFailure({ status: 400, code: null, message: 'no', requestId: null, ...part });
}

describe('describeFailure', () => {
  it.each<[Partial<Failure>, string]>([
    [
      { code: 'invalid_parameter', message: 'Invalid email address', requestId: '1f3' },
      '400 invalid_parameter: Invalid email address (request 1f3)',
    ],
    [{ message: 'Too early', status: 425 }, '425: Too early'],
    [{ status: null, code: 'ECONNREFUSED', message: 'x refused' }, 'ECONNREFUSED: x refused'],
    [{ status: null, message: 'x refused' }, 'x refused'],
  ])('tells %j as one line', (failure, line) => {
    expect(described(failure)).toBe(line);
  });

  it('keeps the request id of a message that has to be cut', () => {
    const line = described({ message: 'x'.repeat(5000), requestId: '1f3' });
    expect(line).toHaveLength(500);
    expect(line).toMatch(/^400: x+… \(request 1f3\)$/);
  });

  it('shows no key', () => {
    const line = described({ message: 'Key xkeysib-12ab-34CD not found', code: 'xkeysib-12ab-34CD' });
    expect(line).toBe('400 [key]: Key [key] not found');
  });

  it('cannot move the cursor, break the line or turn the text around', () => {
    const line = described({ message: 'a\u001b[2J\r\nb\u0000c\u2028d\u202ee\u0085f\tg' });
    expect(line).toBe('400: a [2J b c de f g');
  });

  it('is one well-formed line of at most 500 characters, whatever the answer', () => {
    const text = fc.string({ unit: 'binary', maxLength: 1500 });
    const texts = fc.oneof(text, fc.constant('🎓'.repeat(400)), fc.constant(`a${'🎓'.repeat(400)}`));
    fc.assert(
      fc.property(texts, texts, texts, (message, code, requestId) => {
        const line = described({ message, code, requestId });
        expect(line.length).toBeLessThanOrEqual(500);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(line.startsWith('400')).toBe(true);
      }),
    );
  });
});
