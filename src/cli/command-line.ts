import type { Config } from '@oclif/core/config';
import { Problem } from '../errors.ts';

/** What has to be known of a command's flag; oclif's flags have it. */
export interface FlagShape {
  type: 'boolean' | 'option';
  char?: string | undefined;
}

/** One word of the command line that begins with -, taken apart. */
interface FlagWord {
  /** as it was typed: --limit, -n */
  shown: string;
  flag: FlagShape | undefined;
  /** what follows the = */
  value: string | undefined;
}

/** More digits than any number has that is meant, and than can be counted with exactly. */
const longestNumber = 15;

/**
 * Refuses the words of a command that oclif's parser takes for something else than was meant, or takes although nobody can
 * have meant it: a value behind a flag that has none, none behind one that needs it, a number without end. Returns whether
 * help is asked for by an h among short flags (-nh). Throws a usage Problem.
 */
export function checkWords(argv: readonly string[], flags: Readonly<Record<string, FlagShape>>): { help: boolean } {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  for (const [index, word] of words.entries()) {
    const found = readFlag(word, flags);
    if (found?.flag === undefined) continue;
    const { shown, flag, value } = found;
    if (flag.type === 'boolean' && value !== undefined) {
      throw usage(`${shown} takes no value.`, `Write ${shown} alone, or leave it out.`);
    }
    if (flag.type === 'option') checkValue(shown, value ?? words[index + 1]);
  }
  const short = new Set(Object.values(flags).flatMap(({ type, char }) => (type === 'boolean' && char ? [char] : [])));
  const asksForHelp = (word: string): boolean =>
    /^-\w*h\w*$/.test(word) && [...word.slice(1)].every((char) => char === 'h' || short.has(char));
  return { help: words.some(asksForHelp) };
}

function checkValue(shown: string, value: string | undefined): void {
  if (value === '') throw usage(`${shown} needs a value.`, 'Add --help to see what the command takes.');
  if (value !== undefined && new RegExp(`^[+-]?\\d{${longestNumber + 1},}$`).test(value)) {
    throw usage(
      `${shown} takes a number of at most ${longestNumber} digits.`,
      'Add --help to see what the command takes.',
    );
  }
}

function readFlag(word: string, flags: Readonly<Record<string, FlagShape>>): FlagWord | undefined {
  const [, dashes = '', name = '', , value] = /^(--?)([A-Za-z][\w-]*)(=(.*))?$/s.exec(word) ?? [];
  if (dashes === '--') return { shown: word.split('=')[0] ?? '', flag: flags[name], value };
  if (dashes !== '-' || name.length !== 1) return undefined;
  return { shown: `-${name}`, flag: Object.values(flags).find(({ char }) => char === name), value };
}

/**
 * Refuses a topic that is followed by anything but one of its commands: oclif shows its help then, as if nothing else had
 * been said. Throws a usage Problem.
 */
export function checkTopic(argv: readonly string[], config: Config): void {
  const flagAt = argv.findIndex((word) => word.startsWith('-'));
  const names = flagAt < 0 ? argv : argv.slice(0, flagAt);
  const id = names.join(':');
  if (flagAt < 0 || config.findCommand(id) || !config.findTopic(id)) return;
  const topic = `funnels ${names.join(' ')}`;
  const next = argv[flagAt + 1] ?? '';
  const isMeant = argv[flagAt] === '--' && config.findCommand(`${id}:${next}`);
  const hint = isMeant ? `Did you mean: ${topic} ${next}` : `See: ${topic} --help`;
  throw usage(`${topic} needs the name of one of its commands before ${argv[flagAt]?.split('=')[0]}.`, hint);
}

function usage(message: string, hint: string): Problem {
  return new Problem('usage', message, { hint });
}
