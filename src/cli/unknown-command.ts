import { isTypoOf, nearest } from '../config/nearest.ts';
import { typed } from './typed.ts';

/**
 * What to say about words that are no command. `id` has them joined by colons, as oclif does; `commands` are the ids
 * there are. Words after a command are arguments, which none takes; words after a topic were meant to be one of its commands.
 */
export function unknownCommand(id: string, commands: readonly string[]): { message: string; hint: string } {
  const [first = ''] = id.split(':');
  if (first.startsWith('-')) {
    return {
      message: `There is no command before ${first.split('=')[0]}.`,
      hint: 'The command comes first, then its flags. Run funnels --help for the list of commands.',
    };
  }
  const below = commands.filter((command) => command.startsWith(`${first}:`));
  const near = nearestBelow(id, below);
  const command = commands
    .filter((known) => id.startsWith(`${known}:`))
    .toSorted((one, other) => one.length - other.length)
    .at(-1);
  if (command !== undefined) {
    const extra = id.slice(command.length + 1);
    return {
      message: `funnels ${spaced(command)} takes no arguments, but was given ${typed(asTyped(extra))}.`,
      hint: near === undefined ? `See: funnels ${spaced(command)} --help` : `Did you mean: funnels ${spaced(near)}`,
    };
  }
  const guess = below.length > 0 ? near : (withoutTypo(id, commands) ?? nearestAnywhere(id, commands));
  const list = below.length > 0 ? `funnels ${first} --help` : 'funnels --help';
  return {
    message: `There is no command ${typed(asTyped(id))}.`,
    hint: guess === undefined ? `Run ${list} for the list of commands.` : `Did you mean: funnels ${spaced(guess)}`,
  };
}

/** Compares what follows the topic only: the topic, being the same, would make everything below it look near. */
function nearestBelow(id: string, below: readonly string[]): string | undefined {
  const [topic = '', ...rest] = id.split(':');
  const wanted = rest.join(':');
  const name = nearest(
    wanted,
    below.map((command) => command.slice(topic.length + 1)),
  );
  return name === undefined ? undefined : `${topic}:${name}`;
}

/** The topic that was mistyped, with what follows when that makes it a command. */
function withoutTypo(id: string, commands: readonly string[]): string | undefined {
  const [first = '', ...rest] = id.split(':');
  const topics = commands.flatMap((command) => (command.includes(':') ? [command.split(':')[0] ?? ''] : []));
  const topic = topics.find((one) => isTypoOf(first, one));
  if (topic === undefined || nearest(id, commands) !== undefined) return undefined;
  const whole = [topic, ...rest].join(':');
  return commands.includes(whole)
    ? whole
    : (nearestBelow(
        whole,
        commands.filter((one) => one.startsWith(`${topic}:`)),
      ) ?? topic);
}

/** The nearest command by its whole name, by the first word typed, or by a command's last word, typed without its topic. */
function nearestAnywhere(id: string, commands: readonly string[]): string | undefined {
  const lastWords = commands.map((command) => command.split(':').at(-1) ?? '');
  const near = nearest(id, commands) ?? nearest(id.split(':')[0] ?? '', commands);
  const last = nearest(id, lastWords);
  return near ?? (last === undefined ? undefined : commands[lastWords.indexOf(last)]);
}

/** Words with spaces between them again; a URL keeps its colons. */
function asTyped(words: string): string {
  return words.includes('://') ? words : spaced(words);
}

function spaced(id: string): string {
  return id.replaceAll(':', ' ');
}
