import { debugText, describeError } from './describe-error.ts';
import { log } from './log.ts';

/** Tells on stderr what happened and what to do next, and sets the exit code. No stack unless DEBUG=funnels asks for it. */
export function reportError(error: unknown, commands: readonly string[]): void {
  const { message, hint, exit } = describeError(error, commands);
  log.error(hint === null ? message : `${message}\n${hint}`);
  if (process.env.DEBUG?.split(',').some((name) => name === 'funnels' || name === '*')) log.error(debugText(error));
  process.exitCode = exit;
}
