import { distance } from 'fastest-levenshtein';

/**
 * The candidate somebody most likely meant by `name`, or undefined when none is near. Capitals and the groups that both
 * begin with are left aside; of the rest two of five characters may differ, or it begins or ends the candidate's. The
 * same last word of a dotted path counts as near, wherever the key stands.
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, away: distance(wanted, candidate.toLowerCase()) }))
    .sort((one, other) => one.away - other.away);
  const best = ranked.find(({ candidate }) => isNear(wanted, candidate.toLowerCase()));
  if (best !== undefined) return best.candidate;
  const lastWord = wanted.split('.').at(-1);
  return candidates.find((candidate) => candidate.toLowerCase().split('.').at(-1) === lastWord);
}

/** Fewer letters than this are in many a name by chance. */
const tellingLetters = 4;

function isNear(wanted: string, candidate: string): boolean {
  const start = commonGroups(wanted, candidate);
  const rest = wanted.slice(start);
  const other = candidate.slice(start);
  const isTelling = rest.length >= tellingLetters;
  if (isTelling && (other.startsWith(rest) || other.endsWith(rest))) return true;
  return distance(rest, other) <= Math.max(isTelling ? 2 : 1, Math.floor(rest.length * 0.4));
}

/** How long the part is that both begin with, up to and with a separator: `sync.`, `report:`, `FUNNELS_`. */
function commonGroups(one: string, other: string): number {
  let end = 0;
  for (let index = 0; index < one.length && one[index] === other[index]; index += 1) {
    if (/[.:_]/.test(one[index] ?? '')) end = index + 1;
  }
  return end;
}

/** Whether a name is one of ours but for two letters at most, capitals and underscores aside. */
export function isTypoOf(name: string, meant: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll('_', '');
  return distance(plain(name), plain(meant)) <= 2;
}
