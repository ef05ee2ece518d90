import { jsonText } from '../output/json.ts';
import { debugText, describeError } from './describe-error.ts';
import { log } from './log.ts';

/**
 * Tells on stderr what happened and what to do next, or on stdout as `{"error": …}` for whoever asked for JSON, and sets
 * the exit code. No stack unless DEBUG=funnels asks for it.
 */
export function reportError(error: unknown, commands: readonly string[], asJson: boolean): void {
  if (asJson) {
    process.stdout.write(`${jsonText(errorJson(error, commands))}\n`);
    return;
  }
  const { message, hint, exit } = describeError(error, commands);
  log.error(hint === null ? message : `${message}\n${hint}`);
  showDebugText(error);
  process.exitCode = exit;
}

/** The error as --json has it. Sets the exit code, and shows the stack on stderr if DEBUG=funnels asks for it. */
export function errorJson(error: unknown, commands: readonly string[]): { error: object } {
  const description = describeError(error, commands);
  showDebugText(error);
  process.exitCode = description.exit;
  return { error: description };
}

function showDebugText(error: unknown): void {
  if (process.env.DEBUG?.split(',').some((name) => name === 'funnels' || name === '*')) log.error(debugText(error));
}
