/** Abbreviations of zones in pairs, winter and summer, and their offsets from UTC in minutes. */
const pairs: readonly (readonly [winter: string, summer: string, winterOffset: number])[] = [
  ['EET', 'EEST', 120],
  ['CET', 'CEST', 60],
  ['WET', 'WEST', 0],
  ['GMT', 'BST', 0],
  ['EST', 'EDT', -300],
  ['CST', 'CDT', -360],
  ['MST', 'MDT', -420],
  ['PST', 'PDT', -480],
  ['AKST', 'AKDT', -540],
  ['AEST', 'AEDT', 600],
  ['ACST', 'ACDT', 570],
  ['NZST', 'NZDT', 720],
];

/**
 * What the zone of a server is called at a moment at which it is `offset` minutes ahead of UTC. MariaDB and MySQL tell
 * the abbreviation of the day they were started, which is another one half a year later. What is no such abbreviation
 * stays as it is; one that does not fit at all is told as an offset.
 */
export function zoneAt(told: string, offset: number | undefined): string {
  if (offset === undefined) return told;
  const pair = pairs.find(([winter, summer]) => winter === told || summer === told);
  if (pair === undefined) return told;
  const [winter, summer, winterOffset] = pair;
  if (offset === winterOffset) return winter;
  return offset === winterOffset + 60 ? summer : offsetInWords(offset);
}

/** 120 as `UTC+02:00`. */
function offsetInWords(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
