import { inspect } from 'node:util';
import { messageOf, Problem } from '../errors.ts';
import { foreign, scrubbed } from '../secrets.ts';
import { exitCodes } from './exit-codes.ts';
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
  if (error instanceof Error && 'oclif' in error) return [error.constructor.name, ...framesOf(error)].join('\n');
  return chainOf(error).map(oneOfChain).join('\nCaused by: ');
}

/** The error and what caused it, outermost first; at most eight, as causes may go in a circle. */
function chainOf(error: unknown, depth = 0): unknown[] {
  if (!(error instanceof Error) || depth > 6) return [error];
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner === undefined ? [error] : [error, ...chainOf(inner, depth + 1)];
}

const toldAlready = ['name', 'message', 'stack', 'cause', 'errors', 'hint'];

/** Name, message, place, and what else the error carries: its code, the server's number, the statement. */
function oneOfChain(error: unknown): string {
  if (!(error instanceof Error)) return foreign(inspect(error, { depth: 4 }));
  const others = Object.entries(error).filter(([key]) => !toldAlready.includes(key));
  const details = others.length === 0 ? [] : [foreign(inspect(Object.fromEntries(others), { depth: 4 }))];
  return [`${error.name}: ${scrubbed(messageOf(error))}`, ...framesOf(error), ...details].join('\n');
}

/** Where it happened, without the message. */
function framesOf(error: Error): string[] {
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
