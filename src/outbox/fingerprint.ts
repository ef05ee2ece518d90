import { createHash } from 'node:crypto';

/** 16 hexadecimal digits that tell one text from another, such as an account's API key, and tell nobody the text. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
