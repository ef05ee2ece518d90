import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/output/width.ts';
import { wrapWords } from '../../src/output/wrap.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['ann@example.com', 15],
    ['José', 4],
    ['Jose\u0301', 4],
    ['漢字', 4],
    ['👩‍👩‍👧!', 3],
    ['──', 2],
  ])('%j takes %i cells', (text, cells) => {
    expect(displayWidth(text)).toBe(cells);
  });
});

describe('wrapWords', () => {
  it('leaves a line that fits as it is, inner spaces included', () => {
    expect(wrapWords('  language   9.5%', 17)).toEqual(['  language   9.5%']);
    expect(wrapWords('', 10)).toEqual(['']);
  });

  it('breaks between words and keeps the indent', () => {
    expect(wrapWords('  one two  three four', 10)).toEqual(['  one two', '  three', '  four']);
    expect(wrapWords('one two three', 7)).toEqual(['one two', 'three']);
  });

  it('counts cells, not characters', () => {
    expect(wrapWords('漢字 漢字', 8)).toEqual(['漢字', '漢字']);
    expect(wrapWords('漢字 漢字', 9)).toEqual(['漢字 漢字']);
  });

  it('never breaks a word', () => {
    expect(wrapWords('see verylongaddress@example.com now', 10)).toEqual(['see', 'verylongaddress@example.com', 'now']);
  });
});
