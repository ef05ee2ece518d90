import { foldAddress } from './address.ts';

const invisible = /\p{Default_Ignorable_Code_Point}/gu;

const whiteSpace: Record<string, string> = {
  ' ': 'space',
  '\t': 'tab',
  '\n': 'line break',
  '\r': 'line break',
  '\u00a0': 'no-break space',
};

/**
 * Why these spellings of one address were not seen to be the same: what sets some of them apart from the normal form
 * and others not. `differs in case`, `space in front`, `tab at the end`, `zero-width character` and the like.
 */
export function spellingReasons(spellings: readonly string[]): string[] {
  const found = spellings.map(peculiarities);
  const all = [...new Set(found.flat())];
  const telling = all.filter((reason) => !found.every((one) => one.includes(reason)));
  return telling.length > 0 ? telling : all;
}

function peculiarities(text: string): string[] {
  const seen = text.replace(invisible, '');
  const bare = seen.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
  const composed = bare.normalize('NFC');
  const lower = composed.toLowerCase();
  const isChanged = foldAddress(lower) !== lower.normalize('NFC');
  const isWrapped = /^(?:<|mailto:)|[>.\u3002\uff0e\uff61]$/u.test(lower);
  const isForeign = /\P{ASCII}/u.test(lower.slice(lower.lastIndexOf('@')));
  return [
    ...(seen === text ? [] : ['zero-width character']),
    ...(/^\p{White_Space}/u.test(seen) ? [`${nameOf(seen.at(0))} in front`] : []),
    ...(/\p{White_Space}$/u.test(seen) ? [`${nameOf(seen.at(-1))} at the end`] : []),
    ...(composed === bare ? [] : ['accent as a character of its own']),
    ...(lower === composed ? [] : ['differs in case']),
    ...(isChanged && isWrapped ? ['something around the address'] : []),
    ...(isChanged && isForeign ? ['domain not in ASCII'] : []),
  ];
}

function nameOf(character: string | undefined): string {
  return whiteSpace[character ?? ''] ?? 'white space';
}
