import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAddress, readAddress } from '../../src/funnel/address.ts';

/** Pieces that mail addresses, and what people paste instead of them, are made of. */
const pieces = [
  'ann',
  'O’Neil',
  "'",
  '"',
  '@',
  '@',
  '.',
  '-',
  '_',
  '+',
  'xn--',
  'EXAMPLE.com',
  'пример.рф',
  'ß',
  'ẞ',
  'İ',
  'ı',
  'Σ',
  'ﬁ',
  'Å',
  'e\u0301',
  '\u0345',
  '\u0307',
  '\u200b',
  '\u200d',
  '\u202e',
  '\ufeff',
  '\u00ad',
  '\u034f',
  '\u061c',
  ' ',
  '\t',
  '\n',
  '\r',
  '\u00a0',
  '\u0085',
  '\u2028',
  '\u3000',
  '\0',
  '/',
  '\\',
  '?',
  '#',
  ':',
  '%41',
  '0x7f',
  '。',
  '．',
  '１',
  '😀',
  '\ud800',
  '[',
  ']',
  '<',
  '>',
  ';',
  ',',
];
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.emailAddress(),
);

describe('the normal form of an address', () => {
  it.each([
    ['as it is', 'ann@example.com', 'ann@example.com'],
    ['a dot behind', 'ann@example.com.', 'ann@example.com'],
    ['a dot of another script behind', 'ann@example。com。', 'ann@example.com'],
    ['a link in front', 'MailTo:Ann@example.com', 'ann@example.com'],
    ['a link written like one to a page', 'mailto://ann@example.com', 'ann@example.com'],
    ['a blank behind the link', 'mailto: ann@example.com', 'ann@example.com'],
    ['blanks within angle brackets', '< ann@example.com >', 'ann@example.com'],
    ['angle brackets', ' <ann@example.com> ', 'ann@example.com'],
    ['a link in angle brackets and a dot', '<mailto:ann@пример.рф>.', 'ann@xn--e1afmkfd.xn--p1ai'],
    ['capitals', 'Ann@EXAMPLE.Com', 'ann@example.com'],
    ['spaces around', '  ann@example.com ', 'ann@example.com'],
    ['a tab behind', 'ann@example.com\t', 'ann@example.com'],
    ['line breaks around', '\r\nann@example.com\n', 'ann@example.com'],
    ['no-break spaces around', '\u00a0ann@example.com\u202f', 'ann@example.com'],
    ['a next-line character behind', 'ann@example.com\u0085', 'ann@example.com'],
    ['a byte order mark in front', '\ufeffann@example.com', 'ann@example.com'],
    ['zero-width spaces inside', 'ann\u200b@exam\u200bple.com\u200b', 'ann@example.com'],
    ['a soft hyphen inside', 'ann@exam\u00adple.com', 'ann@example.com'],
    ['bidi marks around', '\u202aann@example.com\u202c\u200e\u061c', 'ann@example.com'],
    ['space and zero-width space mixed', ' \u200b ann@example.com \u200b ', 'ann@example.com'],
    ['a decomposed accent', 'jose\u0301@x.com', 'josé@x.com'],
    ['a composed accent', 'José@x.com', 'josé@x.com'],
    ['a capital with a decomposed accent', 'JOSE\u0301@x.com', 'josé@x.com'],
    ['a dotted capital I', 'İ@x.com', 'i\u0307@x.com'],
    ['a domain in Cyrillic capitals', 'ann@ПРИМЕР.РФ', 'ann@xn--e1afmkfd.xn--p1ai'],
    ['the same domain in ASCII', 'ann@XN--E1AFMKFD.xn--p1ai', 'ann@xn--e1afmkfd.xn--p1ai'],
    ['a sharp s in the domain', 'ann@straße.de', 'ann@xn--strae-oqa.de'],
    ['a decomposed domain', 'ann@bu\u0308cher.de', 'ann@xn--bcher-kva.de'],
    ['ideographic and full-width dots', 'ann@bücher。co．uk', 'ann@xn--bcher-kva.co.uk'],
    ['a plus', 'ann+test@example.com', 'ann+test@example.com'],
    ['dots before the @', 'a.n.n@gmail.com', 'a.n.n@gmail.com'],
    ['an apostrophe', "o'neil@example.com", "o'neil@example.com"],
    ['quotes', '"ann.b"@example.com', '"ann.b"@example.com'],
    ['Cyrillic before the @', 'Ёлка@x.ru', 'ёлка@x.ru'],
  ])('of one with %s', (_, typed, normal) => {
    expect(readAddress(typed)).toEqual({ ok: true, address: normal });
  });

  it.each([
    ['josé@x.com', 'jose@x.com'],
    ['ёлка@x.ru', 'елка@x.ru'],
    ['straße@x.de', 'strasse@x.de'],
    ['ann+1@x.com', 'ann@x.com'],
    ['a.b@gmail.com', 'ab@gmail.com'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(foldAddress(one)).not.toBe(foldAddress(other));
  });

  it('stays what it is when it is taken again, whatever the text', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const once = foldAddress(text);
        expect(foldAddress(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on case, outer white space, invisible characters or composition', () => {
    fc.assert(
      fc.property(
        fc.emailAddress(),
        fc.constantFrom(' ', '\t', '\u00a0', '\u200b', '\u0085', '\ufeff'),
        (text, space) => {
          const written = `${space}${text.toUpperCase().normalize('NFD')}${space}`;
          expect(foldAddress(written)).toBe(foldAddress(text));
        },
      ),
    );
  });
});

describe('reading an address', () => {
  it.each([
    [null, 'empty'],
    ['', 'empty'],
    [' \u200b\t', 'empty'],
    ['ann', 'no @'],
    ["'; DROP TABLE funnel_entries; --", 'no @'],
    ['ann＠example.com', 'no @'],
    ['ann b@example.com', 'white space inside'],
    ['"\u001b]0;hostile\u0007"@example.com', 'not an address'],
    ['Ann <ann@example.com>', 'white space inside'],
    ['ann@example.com bob@example.com', 'white space inside'],
    ['ann@exam\nple.com', 'white space inside'],
    ['ann@example.com\nbob', 'white space inside'],
    ['ann@example.com\r\nBcc: bob@example.com', 'white space inside'],
    ['ann\u0085b@example.com', 'white space inside'],
    [`${'a'.repeat(300)}@example.com`, 'too long'],
    [`${'é'.repeat(130)}@example.com`, 'too long'],
    ['ann@exa／mple.com', 'bad domain'],
    ['ann@😀.com', 'bad domain'],
    ['ann@example.com/index.html', 'not an address'],
    ['ann@example.com?subject=hi', 'not an address'],
    ['ann@example.com#top', 'not an address'],
    ['ann@%65xample.com', 'not an address'],
    ['ann@0x7f.1', 'not an address'],
    ['ann@127.0.0.1', 'not an address'],
    ['ann@localhost', 'not an address'],
    ['ann@example..com', 'not an address'],
    ['ann@example.com..', 'not an address'],
    ['<ann@example.com', 'not an address'],
    ['ann@example.com>', 'not an address'],
    ['<ann@example.com>,<bob@example.com>', 'not an address'],
    ['mailto:ann@example.com?cc=bob@example.com', 'not an address'],
    ['ann@bob@example.com', 'not an address'],
    ['@example.com', 'not an address'],
    ['ann@', 'not an address'],
    ['.ann@example.com', 'not an address'],
    ['ann..b@example.com', 'not an address'],
    ['ann@example.com;bob@example.com', 'not an address'],
    ['ann@example.com,', 'not an address'],
    ["ann'; DROP TABLE funnel_entries;--@x.com", 'white space inside'],
    ['😀@example.com', 'not an address'],
    ['ann\0@example.com', 'not an address'],
    ['\ud800@example.com', 'not an address'],
    [`${'a'.repeat(65)}@example.com`, 'not an address'],
  ])('refuses %j: %s', (text, rule) => {
    expect(readAddress(text)).toEqual({ ok: false, rule });
  });

  it('gives an address that is read as itself, fits its column and holds nothing invisible, whatever the text', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const reading = readAddress(text);
        if (!reading.ok) return;
        expect(readAddress(reading.address)).toEqual(reading);
        expect(Buffer.byteLength(reading.address)).toBeLessThanOrEqual(254);
        expect(reading.address).toMatch(/^[^\s\p{Cc}\p{Cf}]+@[\p{ASCII}]+$/u);
      }),
      { numRuns: 2_000 },
    );
  });
});
