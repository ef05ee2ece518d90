/**
 * A value as pretty-printed JSON, its keys in the order they were given. What JSON.stringify leaves as it is but a
 * terminal would obey or hide (DEL, C1, bidi overrides, zero-width characters) is written as `\uXXXX`, which means the
 * same. Without a newline at the end.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, codeUnits);
}

function codeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
