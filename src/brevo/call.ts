import { ofetch } from 'ofetch';
import type { Answer } from './answer.ts';
import { checkApiKey } from './api-key.ts';
import { parseBaseUrl } from './base-url.ts';
import { withoutKeys } from './failure.ts';
import { isBrokenOff, networkFailure, timeoutFailure } from './network-failure.ts';
import { type FailedCall, unanswered } from './outcome.ts';
import { responseText } from './response-text.ts';

/** How to reach Brevo. `timeoutSeconds` is for one call as a whole, the body of the answer included. */
export interface BrevoClientOptions {
  baseUrl: string;
  apiKey: string | undefined;
  timeoutSeconds: number;
  userAgent: string;
}

/** One request: `path` below the base URL, `body` as JSON, `longestBytes` what is read of the answer's body. */
export interface BrevoRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  longestBytes?: number;
}

/**
 * Makes one call without following redirects, to which the key would be told. A connection that breaks off is made anew
 * once, at once: one that was kept open is closed by the other side at any moment, and everything we send may be sent
 * twice. Gives the answer, or a failure when none came within the time. Rejects only when `signal` fires, with the
 * signal's reason.
 */
export type Call = (request: BrevoRequest, signal?: AbortSignal) => Promise<Answer | FailedCall>;

/** Calls for one account. @throws Problem configuration when the key or the base URL cannot be used */
export function createCall(options: BrevoClientOptions): Call {
  const apiKey = checkApiKey(options.apiKey);
  const { address, host } = parseBaseUrl(options.baseUrl);
  const headers = { 'api-key': apiKey, 'user-agent': options.userAgent, accept: 'application/json' };

  async function send(
    { method, path, body, longestBytes }: BrevoRequest,
    signal: AbortSignal,
    isFresh = false,
  ): Promise<Answer> {
    const response = await ofetch.raw(`${address}${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
      // Bun takes a new connection then: others that were kept open may have been closed as well.
      ...(isFresh && { keepalive: false }),
      retry: 0,
      redirect: 'manual',
      ignoreResponseError: true,
      // Not 'text': that would read an endless answer to its end.
      responseType: 'stream',
    });
    const text = withoutKeys(await responseText(response._data, longestBytes), apiKey);
    return { status: response.status, headers: response.headers, body: text };
  }

  return async (request, signal) => {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const cancel = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop.abort();
    }, options.timeoutSeconds * 1000);
    const sendAgain = (error: unknown): Promise<Answer> => {
      if (stop.signal.aborted || !isBrokenOff(error)) throw error;
      return send(request, stop.signal, true);
    };
    try {
      return await send(request, stop.signal).catch(sendAgain);
    } catch (error) {
      if (timedOut) return unanswered(timeoutFailure(host, options.timeoutSeconds));
      signal?.throwIfAborted();
      return unanswered(networkFailure(error, host));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  };
}
