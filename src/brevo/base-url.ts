import { Problem } from '../errors.ts';
import { oneLine, shorten } from './failure.ts';

const HINT = 'Set brevo.baseUrl to something like https://api.brevo.com/v3.';

/** Where Brevo's API is: `address` without a slash at the end, `host` with the port if it is not the usual one. */
export interface BaseUrl {
  address: string;
  host: string;
}

/** Reads the setting brevo.baseUrl. @throws Problem configuration when it cannot be an address of the API */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.parse(text);
  if (url === null) throw refuse(`${quote(text)} is not a URL.`);
  // The value is not shown: it may hold a password.
  if (url.username !== '' || url.password !== '') throw refuse('It holds a user name or a password.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse(`${quote(text)} is no http or https address.`);
  if (url.search !== '' || url.hash !== '') throw refuse('It holds a query or a fragment, which would be lost.');
  return { address: url.origin + url.pathname.replace(/\/+$/, ''), host: url.host };
}

function refuse(why: string): Problem {
  return new Problem('configuration', `The base URL of Brevo's API cannot be used. ${why}`, { hint: HINT });
}

function quote(text: string): string {
  return `"${shorten(oneLine(text), 100)}"`;
}
