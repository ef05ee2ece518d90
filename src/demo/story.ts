import type { Database } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { dateOf, edgeDay } from './calendar.ts';
import type { Narrator } from './narrator.ts';
import { removeDuplicates, runRemoveDuplicates } from './remove-duplicates.ts';

/** A command of the story: its line without the program's name, and the code it ended with. */
export interface DemoStep {
  command: string;
  exit: number;
}

export interface Stage {
  narrator: Narrator;
  /** runs the program with these arguments, its output following ours, and returns its exit code */
  run(args: readonly string[]): Promise<number>;
  /** opens the demo's database for somebody who works on it by hand */
  withDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result>;
  /** the flags that make a command print for people where it would not by itself */
  formatFlags: readonly string[];
  signal: AbortSignal;
}

const refused = 65;

/**
 * Tells how funnels takes over from the predecessor and does its work, command after command; adds each to `steps`. Throws a
 * data Problem when a command ends with another code than the story wants, and the signal's reason when that fires.
 */
export async function tellStory(stage: Stage, today: string, steps: DemoStep[]): Promise<void> {
  const { narrator, formatFlags } = stage;
  const step = async (words: string, args: readonly string[], expected = 0): Promise<void> => {
    stage.signal.throwIfAborted();
    const command = args.join(' ');
    await narrator.say(words);
    await narrator.type(`funnels ${command}`);
    const exit = await stage.run(args);
    steps.push({ command, exit });
    stage.signal.throwIfAborted();
    if (exit !== expected) throw unexpected(command, exit, expected);
    if (exit !== 0) await narrator.show(`(exit code ${exit})`);
  };

  await step('Has the predecessor entered anybody twice? Nothing in its table kept it from that.', [
    'find-duplicates',
    ...formatFlags,
  ]);
  await step(
    'The migration adds a key that rules duplicates out. As long as there are any it refuses, and changes nothing.',
    ['migrate'],
    refused,
  );
  await cleanUp(stage);
  await step("Now the predecessor's tables can be taken over. --adopt says that this is meant.", [
    'migrate',
    '--adopt',
  ]);
  await step('Who would enter a funnel, and who would not, and why? A dry run cannot write.', [
    'sync',
    '--dry-run',
    ...formatFlags,
  ]);
  await step('The same for good: each entry with its job for Brevo, and a mark on the entries of those who bought.', [
    'sync',
    ...formatFlags,
  ]);
  await step('Once more, as a timer does every few minutes: nobody enters twice.', ['sync', ...formatFlags]);
  await step('The jobs wait in the outbox, those that the predecessor left behind at the front.', [
    ...['drain-outbox', '--dry-run', '--limit', '5'],
    ...formatFlags,
  ]);
  await step(
    'They go to Brevo. The stand-in says "too many requests" (429) or fails (500) now and then, and one of the old jobs is not readable.',
    ['drain-outbox', ...formatFlags],
  );
  await step('How many entered, and how many of them bought?', ['report', 'conversions', ...formatFlags]);
  await step('The same for a period: the first day counts, the last one does not any more.', [
    ...['report', 'conversions', '--from-date', dateOf(today, 2 * edgeDay), '--to-date', dateOf(today, edgeDay)],
    ...formatFlags,
  ]);
}

async function cleanUp({ narrator, withDatabase, signal }: Stage): Promise<void> {
  signal.throwIfAborted();
  await narrator.say(
    'So somebody has to decide which ones stay. Here the oldest of each group stays and gets all the jobs:',
  );
  const changed = await withDatabase(runRemoveDuplicates);
  const lines = removeDuplicates.map((statement, index) => `${statement};\n-- ${changed[index]} rows`);
  await narrator.show(lines.join('\n\n'));
}

function unexpected(command: string, exit: number, expected: number): Problem {
  const message = `The demo stopped: "funnels ${command}" ended with exit code ${exit}, not ${expected}.`;
  return new Problem('data', message, { hint: 'Run it with --keep DIR to look at the database afterwards.' });
}
