import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from '../../src/output/visible.ts';
import { isHarmless } from './terminals.ts';

describe('visible', () => {
  it('writes out what a terminal would obey or hide', () => {
    expect(visible('\x1b]0;owned\x07')).toBe('\\x1b]0;owned\\x07');
    expect(visible('a\tb\r\nc\0\x7f\x9b')).toBe('a\\tb\\r\\nc\\x00\\x7f\\x9b');
    expect(visible('\u202emoc.live')).toBe('\\u202emoc.live');
    expect(visible('ann\u200b@example.com\u{e0041}\ud800')).toBe('ann\\u200b@example.com\\u{e0041}\\ud800');
  });

  it('leaves every other character alone', () => {
    const text = 'José O’Brien 漢字 עברית नमस्ते می‌خواهم 👩‍👩‍👧 \\x1b';
    expect(visible(text)).toBe(text);
  });

  it('lets nothing harmful through, whatever comes in', () => {
    const anything = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
    fc.assert(fc.property(anything, (text) => isHarmless(visible(text)) && !visible(text).includes('\n')));
  });
});
