import { displayWidth } from './width.ts';

/**
 * Breaks one line between words so that no part is wider than `width` cells; later parts keep the indent of the first.
 * A line that fits comes back untouched; a single word that does not fit stays whole, so that it can still be copied.
 */
export function wrapWords(line: string, width: number): string[] {
  if (displayWidth(line) <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const parts: string[] = [];
  let part = '';
  for (const word of line.split(/ +/).filter((piece) => piece !== '')) {
    const longer = part === '' ? indent + word : `${part} ${word}`;
    if (part !== '' && displayWidth(longer) > width) {
      parts.push(part);
      part = indent + word;
    } else {
      part = longer;
    }
  }
  return part === '' ? parts : [...parts, part];
}

/**
 * Breaks a text into lines of at most `width` cells, between words where it can, else between graphemes: a column must
 * not be wider.
 */
export function wrapCell(text: string, width: number): string[] {
  return wrapWords(text, width).flatMap((line) => (displayWidth(line) <= width ? [line] : pieces(line, width)));
}

function pieces(line: string, width: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const { segment } of new Intl.Segmenter('en').segment(line)) {
    if (part !== '' && displayWidth(part + segment) > width) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}
