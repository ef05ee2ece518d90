import { ofetch } from 'ofetch';
import type { Answer } from './answer.ts';
import { checkApiKey } from './api-key.ts';
import { parseBaseUrl } from './base-url.ts';
import { type Failure, withoutKeys } from './failure.ts';
import { networkFailure, timeoutFailure } from './network-failure.ts';
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
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: object;
  longestBytes?: number;
}

/** No answer came, or not all of it. */
export interface Unanswered {
  kind: 'transient';
  reason: Failure;
}

/**
 * Makes one call without retries and without following redirects, to which the key would be told. Rejects only when
 * `signal` fires, with the signal's reason.
 */
export type Call = (request: BrevoRequest, signal?: AbortSignal) => Promise<Answer | Unanswered>;

/** Calls for one account. @throws Problem configuration when the key or the base URL cannot be used */
export function createCall(options: BrevoClientOptions): Call {
  const apiKey = checkApiKey(options.apiKey);
  const { address, host } = parseBaseUrl(options.baseUrl);
  const headers = { 'api-key': apiKey, 'user-agent': options.userAgent, accept: 'application/json' };

  async function send({ method, path, body, longestBytes }: BrevoRequest, signal: AbortSignal): Promise<Answer> {
    const response = await ofetch.raw(`${address}${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
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
    try {
      return await send(request, stop.signal);
    } catch (error) {
      if (timedOut) return { kind: 'transient', reason: timeoutFailure(host, options.timeoutSeconds) };
      signal?.throwIfAborted();
      return { kind: 'transient', reason: networkFailure(error, host) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  };
}
