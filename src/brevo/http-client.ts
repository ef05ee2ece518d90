import { ofetch } from 'ofetch';
import { checkApiKey } from './api-key.ts';
import { parseBaseUrl } from './base-url.ts';
import { type Contact, contactBody } from './contact.ts';
import { withoutKeys } from './failure.ts';
import { networkFailure, timeoutFailure } from './network-failure.ts';
import { classify, type Outcome } from './outcome.ts';
import { responseText } from './response-text.ts';

/** How to reach Brevo. `timeoutSeconds` is for one call as a whole, the body of the answer included. */
export interface BrevoClientOptions {
  baseUrl: string;
  apiKey: string | undefined;
  timeoutSeconds: number;
  userAgent: string;
}

export interface BrevoClient {
  /**
   * Creates the contact or updates it (Brevo: POST /contacts), in one call without retries. Whatever happens on the way
   * is an Outcome; it rejects only when `signal` fires, with the signal's reason, and then the contact may or may not
   * have arrived.
   */
  upsertContact(contact: Contact, signal?: AbortSignal): Promise<Outcome>;
}

/** A client for one account. @throws Problem configuration when the key or the base URL cannot be used */
export function createBrevoClient(options: BrevoClientOptions): BrevoClient {
  const apiKey = checkApiKey(options.apiKey);
  const { address, host } = parseBaseUrl(options.baseUrl);
  const headers = {
    'api-key': apiKey,
    'user-agent': options.userAgent,
    accept: 'application/json',
    'content-type': 'application/json',
  };

  async function post(path: string, body: object, signal: AbortSignal): Promise<Outcome> {
    const response = await ofetch.raw(`${address}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal,
      retry: 0,
      redirect: 'manual',
      ignoreResponseError: true,
      // Not 'text': that would read an endless answer to its end.
      responseType: 'stream',
    });
    const text = withoutKeys(await responseText(response._data), apiKey);
    return classify({ status: response.status, headers: response.headers, body: text });
  }

  return {
    async upsertContact(contact, signal) {
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
        return await post('/contacts', contactBody(contact), stop.signal);
      } catch (error) {
        if (timedOut) return { kind: 'transient', reason: timeoutFailure(host, options.timeoutSeconds) };
        signal?.throwIfAborted();
        return { kind: 'transient', reason: networkFailure(error, host) };
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      }
    },
  };
}
