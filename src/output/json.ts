/**
 * A value as pretty-printed JSON, its keys in the order they were given. What JSON.stringify leaves as it is but a
 * terminal would obey or hide (DEL, C1, bidi overrides, zero-width characters) is written as `\uXXXX`, which means the
 * same. Without a newline at the end.
 */
export function jsonText(value: unknown): string {
  return harmless(JSON.stringify(value, null, 2));
}

/** The same on one line: what stands in each line of NDJSON. */
export function jsonLine(value: unknown): string {
  return harmless(JSON.stringify(value));
}

function harmless(json: string): string {
  return json.replace(/(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, codeUnits);
}

function codeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
