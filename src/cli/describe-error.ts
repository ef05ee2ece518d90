import { inspect } from 'node:util';
import { messageOf, Problem } from '../errors.ts';
import { exitCodes } from './exit-codes.ts';
import { scrubbed } from './secrets.ts';
import { usageError } from './usage-error.ts';

/** An error as the person at the prompt, or the reader of --json, gets it; without secrets. */
export interface ErrorDescription {
  code: string;
  message: string;
  exit: number;
  hint: string | null;
}

/** What to tell about anything that was thrown: Problems as they are, oclif's errors as wrong usage, the rest as bugs. */
export function describeError(error: unknown, commands: readonly string[]): ErrorDescription {
  if (error instanceof Problem) {
    const { kind, message, hint } = error;
    return { code: kind, message: scrubbed(message), exit: exitCodes[kind], hint: hint ? scrubbed(hint) : null };
  }
  const usage = usageError(error, commands);
  if (usage !== undefined) return { code: 'usage', message: usage.message, exit: exitCodes.usage, hint: usage.hint };
  return {
    code: 'bug',
    message: scrubbed(`This is a bug in funnels: ${messageOf(error)}`),
    exit: exitCodes.bug,
    hint: 'Please report it together with what DEBUG=funnels shows.',
  };
}

/** The whole error with its stack and causes, for DEBUG=funnels. */
export function debugText(error: unknown): string {
  // An error of oclif carries the command line and its whole configuration with it.
  if (error instanceof Error && 'oclif' in error) return stackFrames(error);
  return scrubbed(inspect(error, { depth: 4 }));
}

/** Where it happened, without the message, which quotes the command line. */
function stackFrames(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.constructor.name, ...frames].join('\n');
}
