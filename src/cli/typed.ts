import { redactUrl } from '../config/redact-url.ts';
import { foreign } from '../secrets.ts';

const longest = 100;

/** Something typed at the prompt, quoted for a message: cut when it is long, a URL in it without its password. */
export function typed(text: string): string {
  const clean = foreign(redactUrl(text));
  return JSON.stringify(clean.length > longest ? `${clean.slice(0, longest)}…` : clean);
}
