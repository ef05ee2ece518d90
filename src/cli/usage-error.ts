import { nearest } from '../config/nearest.ts';
import { typed } from './typed.ts';
import { unknownCommand } from './unknown-command.ts';

/** What is wrong with a command line, and what was probably meant. */
export interface UsageError {
  message: string;
  hint: string;
}

interface OclifError extends Error {
  /** on errors about flags that do not exist */
  flags?: string[];
  parse?: { input?: { flags?: Record<string, unknown>; args?: Record<string, unknown> } };
}

const seeHelp = 'Add --help to see what the command takes.';

/** The sentences of oclif's parser that say it worse than it can be said. */
const rewordings: readonly [RegExp, (...found: string[]) => UsageError][] = [
  [
    /^Parsing (--\S+)\s+Expected an integer(?: greater than or equal to (\d+))? but received: ?(.*)$/,
    (flag, least, value = '') => ({
      message: `${flag} takes a whole number${least === undefined ? '' : ` of ${least} or more`}, not ${typed(value)}.`,
      hint: seeHelp,
    }),
  ],
  [
    /^Expected (--[\w-]+)=(.*) to be one of: (.*)$/,
    (flag, value = '', options = '') => {
      const guess = nearest(value, options.split(', '));
      return {
        message: `${flag} takes one of ${options}, not ${typed(value)}.`,
        hint: guess === undefined ? seeHelp : `Did you mean ${flag} ${guess}?`,
      };
    },
  ],
  [
    /^Flag (--\S+) expects (?:a value|one of these values: (.*))$/,
    (flag, options) => ({
      message: `${flag} needs a value${options === undefined ? '' : `: one of ${options}`}.`,
      hint: seeHelp,
    }),
  ],
  [
    /All of the following must be provided when using (--\S+): (--\S+)$/,
    (flag, other) => ({ message: `${flag} goes with ${other} only.`, hint: seeHelp }),
  ],
  [/Missing required flag (\S+)$/, (flag) => ({ message: `--${flag} is missing.`, hint: seeHelp })],
  [
    /^Missing 1 required arg: (\S+) +(.*)$/,
    (name = '', description = '') => ({
      message: `${name.toUpperCase()} is missing: ${lowerFirst(description)}`,
      hint: seeHelp,
    }),
  ],
  [
    /(--\S+?)(?:=.*)? cannot also be provided when using (--\S+)$/,
    (flag, other) => ({ message: `${flag} does not go with ${other}.`, hint: 'Leave out one of the two.' }),
  ],
];

/**
 * Puts an error of oclif's parser into one sentence, with the nearest right flag, value or command where one was
 * mistyped. `commands` are the ids the program has, words separated by colons. Undefined for errors that are not oclif's.
 */
export function usageError(error: unknown, commands: readonly string[]): UsageError | undefined {
  if (!(error instanceof Error && 'oclif' in error)) return undefined;
  const { flags, parse, message } = error as OclifError;
  if (Array.isArray(flags) && /^Nonexistent flag/.test(message)) {
    return unknownFlags(flags, Object.keys(parse?.input?.flags ?? {}));
  }
  const lines = plain(message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help'));
  const text = lines.join(' ');
  const [, command] = /^command (.*) not found\.?$/i.exec(text) ?? [];
  if (command !== undefined) return unknownCommand(command, commands);
  const [, extra] = /^Unexpected arguments?: (.*)$/.exec(text) ?? [];
  if (extra !== undefined) return unexpectedArguments(extra, Object.keys(parse?.input?.args ?? {}));
  for (const [pattern, reword] of rewordings) {
    const found = pattern.exec(text);
    if (found !== null) return reword(...found.slice(1));
  }
  return { message: sentence(text), hint: seeHelp };
}

function unexpectedArguments(extra: string, args: readonly string[]): UsageError {
  const takes = args.length === 0 ? 'no arguments' : `${args.map((name) => name.toUpperCase()).join(' and ')} alone`;
  return { message: `The command takes ${takes}, but was given ${typed(extra)}.`, hint: seeHelp };
}

/** Only the names: what was given to a flag we do not know may be a password. */
function unknownFlags(flags: readonly string[], known: readonly string[]): UsageError {
  const names = flags.map((flag) => flag.split('=')[0] ?? flag);
  const guess = nearest((names[0] ?? '').replace(/^-+/, ''), known);
  const what = names.length === 1 ? `There is no flag ${names[0]}.` : `There are no flags ${names.join(', ')}.`;
  return { message: what, hint: guess === undefined ? seeHelp : `Did you mean --${guess}?` };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: oclif colours parts of its messages with escape sequences.
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
