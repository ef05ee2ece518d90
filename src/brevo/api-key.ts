import { Problem } from '../errors.ts';

const HINT = 'Set BREVO_API_KEY, or brevo.apiKey or brevo.apiKeyFile in the configuration file.';

/**
 * The API key as it goes into the header, without white space around it: a key read from a file ends in a line break.
 * @throws Problem configuration when there is none, or when it holds what no header can carry; never shows the key
 */
export function checkApiKey(text: string | undefined): string {
  const key = text?.trim() ?? '';
  if (key === '') throw new Problem('configuration', 'There is no API key for Brevo.', { hint: HINT });
  if (!/^[\x21-\x7e]+$/.test(key)) {
    const message = 'The API key for Brevo holds white space or characters that no key has.';
    throw new Problem('configuration', message, { hint: `${HINT} Copy the key again, on one line.` });
  }
  return key;
}
