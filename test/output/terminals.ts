import type { Terminal } from '../../src/output/terminal.ts';

export const pipe: Terminal = { isTerminal: false, columns: 80, unicode: true, color: false };
export const screen: Terminal = { isTerminal: true, columns: 80, unicode: true, color: false };

/** Text anybody may have typed: ordinary, wide and combining characters, escapes, separators, and anything at all. */
export const hostilePieces = [
  'ann@example.com',
  'é漢😀',
  '\x1b[2J',
  '\x9b31m',
  '\u202e',
  '\u200b',
  '\t',
  '\n',
  '\r\n',
  '\\',
  '\\n',
  '"',
  ',',
  "'",
  '|',
  '=',
  '-',
  '+',
  '@',
  ' ',
  '<b>',
  '\u2028',
];

/** Whether a terminal would obey, or hide, something in the text; line feeds are how lines end. */
export function isHarmless(text: string): boolean {
  return !/(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text);
}
