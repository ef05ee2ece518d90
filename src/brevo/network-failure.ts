import { type Failure, oneLine } from './failure.ts';

const BROKEN_OFF =
  /ECONNRESET|ConnectionClosed|EPIPE|UND_ERR_SOCKET|other side closed|terminated|socket connection was closed|connection (reset|closed|error)|end of file|unexpected eof/i;

const REASONS: ReadonlyArray<readonly [RegExp, string]> = [
  [/ECONNREFUSED|connection refused/i, 'refused the connection'],
  [/ENOTFOUND|EAI_|dns error|failed to lookup/i, 'has no known address (name resolution failed)'],
  [/ETIMEDOUT|UND_ERR_\w*TIMEOUT|timed out/i, 'cannot be reached (the connection timed out)'],
  [/EHOSTUNREACH|ENETUNREACH|unreachable/i, 'cannot be reached (no route to it)'],
  [/CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO_|EPROTO|ERR_SSL|certificate/i, 'could not be talked to over TLS'],
  [BROKEN_OFF, 'broke the connection off'],
];

/** What Bun adds for whoever writes a program. */
const ADVICE = / Is the computer able to access the url\?| For more information, pass `verbose: true` .*$/;

/**
 * A failure to talk to `host` at all, from whatever the runtime's fetch threw. The innermost causes count: Node wraps
 * them as `cause`, and in an AggregateError when a name has several addresses; Deno tells them in the message only,
 * Bun as a code and in other words.
 */
export function networkFailure(error: unknown, host: string): Failure {
  const { code, detail } = lookInto(error);
  const reason = reasonFor(error) ?? 'could not be talked to';
  // Some runtimes begin their text with the code that is told beside it.
  const words = oneLine(code === null ? detail : detail.replaceAll(`${code}: `, ''));
  return { status: null, code, message: `${host} ${reason}: ${words || 'no detail given'}`, requestId: null };
}

/** Whether a connection that there was broke off before the answer was complete. */
export function isBrokenOff(error: unknown): boolean {
  return reasonFor(error) === 'broke the connection off';
}

/** The failure of a `host` that was given `seconds` to answer in full. */
export function timeoutFailure(host: string, seconds: number): Failure {
  return { status: null, code: 'timeout', message: `${host} did not answer within ${seconds} s`, requestId: null };
}

function reasonFor(error: unknown): string | undefined {
  const { code, detail } = lookInto(error);
  return REASONS.find(([pattern]) => pattern.test(code ?? detail))?.[1];
}

function lookInto(error: unknown): { code: string | null; detail: string } {
  const causes = innermost(error);
  const code = causes.map(codeOf).find((found) => found !== null) ?? null;
  return { code, detail: causes.map(textOf).join('; ') };
}

function textOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(ADVICE, '');
}

function innermost(error: unknown, depth = 0): unknown[] {
  if (depth < 5 && error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.flatMap((inner) => innermost(inner, depth + 1));
  }
  if (depth < 5 && error instanceof Error && error.cause !== undefined) return innermost(error.cause, depth + 1);
  return [error];
}

function codeOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
