import { dirname } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Complaint, GivenValues } from './given.ts';
import { cut, showValue } from './given.ts';
import { givableKeys, groupKeys } from './keys.ts';
import { nearest } from './nearest.ts';
import type { ConfigFile } from './place.ts';

const keyNames = givableKeys.map(({ key }) => key);

/** The values of a configuration file by key; `broken` when its YAML is, so that nothing in it can be relied on. */
export interface FileValues {
  values: GivenValues;
  complaints: Complaint[];
  broken: boolean;
}

/** Reads the values of a configuration file and notes unknown keys, wrong groups and broken YAML by line and column. */
export function readYaml(file: ConfigFile): FileValues {
  const lines = new LineCounter();
  const document = parseDocument(file.content, { lineCounter: lines, prettyErrors: false });
  const reading = new Reading(file, lines, document);
  const fault = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (fault !== undefined) {
    // What follows the first error is mostly its echo.
    const complaint = { text: `${reading.at(fault.pos[0])}: ${reasonOf(fault)}.`, offset: fault.pos[0] };
    return { values: new Map(), complaints: [complaint], broken: true };
  }
  for (const { pos } of document.errors) {
    const name = /^["']?([^"'\s:]+)/.exec(file.content.slice(pos[0]))?.[1] ?? '';
    reading.complain(pos[0], `the key "${cut(name)}" is given twice in its group. Keep one of the two.`);
  }
  for (const { pos } of document.warnings) {
    reading.complain(pos[0], 'a value that begins with ! is a tag, which no key has. Put the value in quotes.');
  }
  reading.group(document.contents, '');
  return { values: reading.values, complaints: reading.complaints, broken: false };
}

/** The parser's reason without the piece of the file it may quote, which may be a part of a secret. */
function reasonOf(error: YAMLError): string {
  if (error.code === 'MULTIPLE_DOCS') return 'a second YAML document begins here. Keep one, and remove the line "---"';
  const [reason = ''] = error.message.split(/: |\n/);
  return error.code === 'BAD_DQ_ESCAPE' ? 'Invalid escape sequence in a text in double quotes' : reason;
}

class Reading {
  readonly values: GivenValues = new Map();
  readonly complaints: Complaint[] = [];
  readonly #file: ConfigFile;
  readonly #lines: LineCounter;
  readonly #document: Document;

  constructor(file: ConfigFile, lines: LineCounter, document: Document) {
    this.#file = file;
    this.#lines = lines;
    this.#document = document;
  }

  /** `config.yaml:7:12` for an offset. */
  at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file.shown}:${line}:${col}`;
  }

  complain(offset: number, text: string): void {
    this.complaints.push({ text: `${this.at(offset)}: ${text}`, offset });
  }

  /** Takes over what stands in the group `path`, '' for the whole file. Nothing at all is an empty group. */
  group(node: unknown, path: string): void {
    const content = isAlias(node) ? node.resolve(this.#document) : node;
    if (isMap(content)) {
      for (const pair of content.items) this.#pair(pair, path);
    } else if (content !== null && !(isScalar(content) && content.value === null)) {
      const value = isScalar(content) ? showValue(content.value) : isSeq(content) ? 'a list' : 'an unknown alias';
      const name = path === '' ? 'the file' : path;
      this.complain(offsetOf(node), `${name} must be a group of keys ("key: value" lines), not ${value}.`);
    }
  }

  #pair({ key, value }: YAMLMap['items'][number], path: string): void {
    const name = isScalar(key) ? String(key.value) : '';
    const full = path === '' ? name : `${path}.${name}`;
    if (groupKeys.includes(full)) this.group(value, full);
    else if (keyNames.includes(full)) this.#value(value, full);
    else this.complain(offsetOf(key), unknownKey(full, path));
  }

  #value(node: unknown, key: string): void {
    const content = isAlias(node) ? node.resolve(this.#document) : node;
    const offset = offsetOf(node);
    if (isAlias(node) && content === undefined) {
      this.complain(offset, `${key} begins with *, which makes it a YAML alias. Put the value in quotes.`);
    } else if (isScalar(content) && content.value === null && content.anchor !== undefined) {
      this.complain(offset, `${key} begins with &, which makes it a YAML anchor. Put the value in quotes.`);
    } else if (content !== null && !(isScalar(content) && content.value === null)) {
      const value = isScalar(content) ? content.value : isSeq(content) ? [] : {};
      const label = `${this.at(offset)}: ${key}`;
      this.values.set(key, { value, origin: 'file', label, folder: dirname(this.#file.path), offset });
    }
  }
}

function offsetOf(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}

function unknownKey(full: string, group: string): string {
  const meant = nearest(full, [...keyNames, ...groupKeys]);
  if (meant !== undefined) return `unknown key "${cut(full)}". Did you mean "${meant}"?`;
  const prefix = group === '' ? '' : `${group}.`;
  const names = [...keyNames, ...groupKeys]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).split('.')[0] ?? '');
  return `unknown key "${cut(full)}". ${group === '' ? 'The file' : group} can hold ${[...new Set(names)].join(', ')}.`;
}
