import { scrub } from '../config/redact.ts';

let known: readonly string[] = [];

/** Remembers the secrets of the loaded settings, so that nothing the program prints can hold them. */
export function rememberSecrets(secrets: readonly string[]): void {
  known = secrets;
}

/** The text without any remembered secret. */
export function scrubbed(text: string): string {
  return scrub(text, known);
}
