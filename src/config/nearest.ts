import { distance } from 'fastest-levenshtein';

/**
 * The candidate somebody most likely meant by `name`, or undefined when none is near: at most two of five characters
 * may differ, capitals aside. The same last word of a dotted path counts as near, wherever the key stands.
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, away: distance(wanted, candidate.toLowerCase()) }))
    .sort((one, other) => one.away - other.away);
  const best = ranked[0];
  if (best !== undefined && best.away <= Math.max(2, Math.floor(wanted.length * 0.4))) return best.candidate;
  const lastWord = wanted.split('.').at(-1);
  return candidates.find((candidate) => candidate.toLowerCase().split('.').at(-1) === lastWord);
}

/** Whether a name is one of ours but for two letters at most, capitals and underscores aside. */
export function isTypoOf(name: string, meant: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll('_', '');
  return distance(plain(name), plain(meant)) <= 2;
}
