import { nearest } from '../config/nearest.ts';

/** What is wrong with a command line, and what was probably meant. */
export interface UsageError {
  message: string;
  hint: string;
}

interface OclifError extends Error {
  /** on errors about flags that do not exist */
  flags?: string[];
  parse?: { input?: { flags?: Record<string, unknown> } };
}

const seeHelp = 'Add --help to see what the command takes.';

/**
 * Puts an error of oclif's parser into one sentence, with the nearest right flag or command where one was mistyped.
 * `commands` are the ids the program has, words separated by colons. Undefined for errors that are not oclif's.
 */
export function usageError(error: unknown, commands: readonly string[]): UsageError | undefined {
  if (!(error instanceof Error && 'oclif' in error)) return undefined;
  const { flags, parse, message } = error as OclifError;
  if (Array.isArray(flags) && /^Nonexistent flag/.test(message)) {
    return unknownFlag(flags, Object.keys(parse?.input?.flags ?? {}));
  }
  const [, command] = /^command (.+) not found$/.exec(message) ?? [];
  if (command !== undefined) return unknownCommand(command, commands);
  const lines = plain(message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help'));
  return { message: sentence(lines.join(' ')), hint: seeHelp };
}

function unknownFlag(flags: readonly string[], known: readonly string[]): UsageError {
  const [first = ''] = flags;
  const guess = nearest(first.replace(/^-+/, '').split('=')[0] ?? '', known);
  const what = flags.length === 1 ? `There is no flag ${first}.` : `There are no flags ${flags.join(', ')}.`;
  return { message: what, hint: guess === undefined ? seeHelp : `Did you mean --${guess}?` };
}

function unknownCommand(id: string, commands: readonly string[]): UsageError {
  const guess = nearest(id, commands);
  const typed = id.replaceAll(':', ' ');
  return {
    message: `There is no command "${typed}".`,
    hint:
      guess === undefined ? 'Run funnels --help for the list.' : `Did you mean: funnels ${guess.replaceAll(':', ' ')}`,
  };
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: oclif colours parts of its messages with escape sequences.
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
