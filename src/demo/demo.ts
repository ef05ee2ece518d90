import type { Database } from '../database/database.ts';
import { SqliteDatabase } from '../database/sqlite.ts';
import { formatCount } from '../output/numbers.ts';
import type { Terminal } from '../output/terminal.ts';
import { type StandIn, startBrevoStandIn } from './brevo-stand-in.ts';
import { switchOffDay } from './calendar.ts';
import { runChild, withoutSettings } from './child.ts';
import { demoFault } from './faults.ts';
import { type DemoFolder, keptFolder, temporaryFolder } from './folder.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { nextSteps } from './next-steps.ts';
import { type Program, runningProgram } from './program.ts';
import { demoApiKey, demoAttributes, demoLists, runningConfig } from './settings.ts';
import { createSite, readClock, type SiteSummary } from './site.ts';
import { type DemoStep, tellStory } from './story.ts';

/** The result of `demo`: the folder that was kept, or null, and every command with its exit code. */
export interface DemoResult {
  folder: string | null;
  steps: DemoStep[];
}

export interface DemoOptions {
  /** the folder to keep: its absolute path, and its name as it was typed; undefined for a temporary one */
  keep: { path: string; shown: string } | undefined;
  /** where words and results go; `write` resolves when the text has left the process */
  output: { stream: 'stdout' | 'stderr'; terminal: Terminal; write: (text: string) => Promise<void> };
  environment: NodeJS.ProcessEnv;
  /** when aborted, the demo ends after having cleaned up */
  signal: AbortSignal;
}

/**
 * Makes a sample site in the embedded engine, starts a stand-in for Brevo, and runs the program's commands on them as child
 * processes of the very program that runs. Whatever happens, the stand-in ends, and the folder goes unless it is kept.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { keep, output, signal } = options;
  const narrator = createNarrator(output.write, output.terminal);
  const steps: DemoStep[] = [];
  const folder = keep === undefined ? await temporaryFolder() : await keptFolder(keep.path);
  let brevo: StandIn | undefined;
  try {
    brevo = await startBrevo();
    await folder.configure(runningConfig(brevo.url));
    const site = await inDatabase(folder, async (database) => createSite(database, await readClock(database)));
    await introduce(narrator, folder, brevo, site);
    await perform(options, { narrator, folder, program: runningProgram(), today: site.today, steps });
    // A reader leaves SQLite's auxiliary files behind; a writer that closes last takes them away.
    await inDatabase(folder, readClock);
    await narrator.say(farewell(folder, keep !== undefined));
    await narrator.say('What to try next:');
    await narrator.show(
      nextSteps(keep?.shown ?? null)
        .map((line) => `  ${line}`)
        .join('\n'),
    );
  } catch (error) {
    // Whoever read our output may have seen enough (a pager, head): then there is nobody left to tell.
    if (!signal.aborted && !(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  } finally {
    await brevo?.close();
    await folder.leave();
  }
  return { folder: keep?.path ?? null, steps };
}

function startBrevo(): Promise<StandIn> {
  return startBrevoStandIn({
    lists: Object.values(demoLists),
    attributes: demoAttributes,
    apiKey: demoApiKey,
    faults: demoFault,
  });
}

async function introduce(narrator: Narrator, { path }: DemoFolder, { url }: StandIn, site: SiteSummary): Promise<void> {
  const { people, results, payments, oldEntries, oldPendingJobs } = site;
  await narrator.say(
    `A sample site is in ${path}: ${formatCount(people)} people, ${formatCount(results)} tests they finished in the last 90 days, ${formatCount(payments)} payments. The Python service that funnels replaces was switched off ${switchOffDay} days ago and left ${formatCount(oldEntries)} entries and ${oldPendingJobs} undelivered jobs.`,
  );
  await narrator.say(`A stand-in for Brevo answers at ${url}. Nothing leaves this machine.`);
}

interface Performance {
  narrator: Narrator;
  folder: DemoFolder;
  program: Program;
  today: string;
  steps: DemoStep[];
}

function perform({ output, environment, signal }: DemoOptions, performance: Performance): Promise<void> {
  const { narrator, folder, program, today, steps } = performance;
  const childOptions = {
    folder: folder.path,
    environment: withoutSettings(environment),
    results: output.stream,
    signal,
  };
  const stage = {
    narrator,
    run: (args: readonly string[]) => runChild(program, args, childOptions),
    withDatabase: <Result>(work: (database: Database) => Promise<Result>) => inDatabase(folder, work),
    formatFlags: output.terminal.isTerminal ? [] : ['--format', 'table'],
    signal,
  };
  return tellStory(stage, today, steps);
}

async function inDatabase<Result>(folder: DemoFolder, work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = new SqliteDatabase(folder.database, 'read-write', true);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function farewell({ path }: DemoFolder, isKept: boolean): string {
  return isKept
    ? `The database and config.yaml are in ${path}. The stand-in for Brevo ends now.`
    : `That was all. ${path} is removed now, and the stand-in for Brevo ends; --keep DIR would keep the database.`;
}
