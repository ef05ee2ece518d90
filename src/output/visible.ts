/**
 * Characters that a terminal obeys, or that nobody can see: control characters (C0, DEL and C1, so every escape
 * sequence), invisible format characters (bidi overrides, zero-width spaces, tags), line separators and lone surrogates.
 * The two joiners stay: scripts and emoji need them, and they move nothing.
 */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const named: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * The text with every character of the kind above written out: `\t`, `\n`, `\r`, `\x1b`, `\u202e`, `\u{e0041}`. Anything
 * from the database goes through this on its way to a terminal, because anybody can register with a hostile address.
 */
export function visible(text: string): string {
  return text.replace(unseen, (character) => named[character] ?? escapeOf(character));
}

function escapeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`;
}
