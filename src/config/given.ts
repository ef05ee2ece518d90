import { redactUrl } from './redact-url.ts';

/** A value somebody gave for a key, and where. */
export interface Given {
  value: unknown;
  origin: 'file' | 'environment' | 'credential';
  /** How messages name it: `config.yaml:7:12: sync.batchSize`, or the variable. */
  label: string;
  /** What relative paths in it are resolved against. */
  folder: string;
  /** Where its complaints stand among the others: the offset in the file, Infinity for everything else. */
  offset: number;
}

/** Values by key. */
export type GivenValues = Map<string, Given>;

/** One thing that is wrong, as a whole sentence on one line. */
export interface Complaint {
  text: string;
  offset: number;
}

/** What a value of the wrong kind is, in a word or two. Never the value: where there is a mistake there may be a secret. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'string' ? 'text' : 'a group of keys';
}

const longest = 40;

/** Something typed at the prompt as messages show it: short, on one line, passwords of URLs left out. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  if (typeof value !== 'string') return cut(String(value));
  return `"${JSON.stringify(cut(redactUrl(value))).slice(1, -1)}"`;
}

/** The text, cut with an ellipsis when it is longer than a message should hold. */
export function cut(text: string): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest).join('')}…`;
}
