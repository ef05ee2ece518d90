import { dirname } from 'node:path';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { type Complaint, type GivenValues, kindOf } from './given.ts';
import { givableKeys, groupKeys } from './keys.ts';
import { isTypoOf, nearest } from './nearest.ts';
import type { ConfigFile } from './place.ts';
import { reasonOf } from './yaml-words.ts';

type Pair = YAMLMap['items'][number];

const keyNames = givableKeys.map(({ key }) => key);
const ownNames = new Set([...keyNames, ...groupKeys].flatMap((key) => [key, ...key.split('.')]));

/** The values of a configuration file by key; `broken` when its YAML is, so that nothing in it can be relied on. */
export interface FileValues {
  values: GivenValues;
  complaints: Complaint[];
  broken: boolean;
}

/**
 * Reads the values of a configuration file and notes unknown keys, wrong groups and broken YAML by line and column. Repeats
 * nothing that stands in the file but our own keys: where there is a mistake, there may be a secret.
 */
export function readYaml(file: ConfigFile): FileValues {
  const lines = new LineCounter();
  const document = parse(file.content, lines);
  if (document === undefined) {
    const complaint = { text: `${file.shown} is nested more deeply than can be read.`, offset: 0 };
    return { values: new Map(), complaints: [complaint], broken: true };
  }
  const reading = new Reading(file, lines, document);
  const fault = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (fault !== undefined) {
    // What follows the first error is mostly its echo.
    const complaint = { text: `${reading.at(fault.pos[0])}: ${reasonOf(fault.code)}.`, offset: fault.pos[0] };
    return { values: new Map(), complaints: [complaint], broken: true };
  }
  for (const { pos } of document.errors) {
    const name = /^["']?([^"'\s:]+)/.exec(file.content.slice(pos[0]))?.[1] ?? '';
    const key = ownNames.has(name) ? `the key "${name}"` : 'a key';
    reading.complain(pos[0], `${key} is given twice in its group. Keep one of the two.`);
  }
  for (const { pos } of document.warnings) {
    reading.complain(pos[0], 'a value that begins with ! is a tag, which no key has. Put the value in quotes.');
  }
  reading.group(document.contents, '');
  return { values: reading.values, complaints: reading.complaints, broken: false };
}

/** Undefined for what is nested so deeply that the parser runs out of stack. */
function parse(content: string, lineCounter: LineCounter): Document | undefined {
  try {
    return parseDocument(content, { lineCounter, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
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
    const content = this.#resolved(node);
    if (isMap(content)) {
      for (const pair of this.#pairsOf(content)) this.#pair(pair, path);
    } else if (content !== null && !(isScalar(content) && content.value === null)) {
      const kind = isScalar(content) ? kindOf(content.value) : isSeq(content) ? 'a list' : 'an unknown alias';
      const name = path === '' ? 'the file' : path;
      this.complain(offsetOf(node), `${name} must be a group of keys ("key: value" lines), not ${kind}.`);
    }
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  /** The pairs of a group, and those that "<<" merges into it: whatever stands first counts, its own before any other. */
  #pairsOf(map: YAMLMap, seen = new Set<YAMLMap>()): Pair[] {
    seen.add(map);
    const own = map.items.filter((pair) => nameOf(pair) !== '<<');
    const merged = map.items
      .filter((pair) => nameOf(pair) === '<<')
      .flatMap(({ value }) => {
        const content = this.#resolved(value);
        return isSeq(content) ? content.items.map((item) => this.#resolved(item)) : [content];
      })
      .flatMap((source) => {
        if (isMap(source)) return seen.has(source) ? [] : this.#pairsOf(source, seen);
        this.complain(offsetOf(map), '"<<" in this group merges something that is no group of keys.');
        return [];
      });
    const taken = new Set(own.map(nameOf));
    return [...own, ...merged.filter((pair) => !taken.has(nameOf(pair)) && taken.add(nameOf(pair)))];
  }

  #pair(pair: Pair, path: string): void {
    const name = nameOf(pair);
    const full = path === '' ? name : `${path}.${name}`;
    if (groupKeys.includes(full)) this.group(pair.value, full);
    else if (keyNames.includes(full)) this.#value(pair.value, full);
    else this.complain(offsetOf(pair.key), unknownKey(name, path));
  }

  #value(node: unknown, key: string): void {
    const content = this.#resolved(node);
    const offset = offsetOf(node);
    if (this.values.has(key)) {
      // Two of the same spelling have been complained about as a pair already.
      if (this.#document.errors.length > 0) return;
      this.complain(offset, `${key} is given twice, once with a dot in its name. Keep one of the two.`);
    } else if (isAlias(node) && content === undefined) {
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

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

/** Names the key only where it is one of ours but for a letter or two: it may be a secret, or begin with one. */
function unknownKey(name: string, group: string): string {
  const full = group === '' ? name : `${group}.${name}`;
  const meant = nearest(full, [...keyNames, ...groupKeys]);
  const isTypo = meant !== undefined && isTypoOf(full, meant);
  const what = isTypo ? `unknown key "${full}"` : `unknown key${group === '' ? '' : ` in ${group}`}`;
  if (meant !== undefined) return `${what}. Did you mean "${meant}"?`;
  const prefix = group === '' ? '' : `${group}.`;
  const names = [...keyNames, ...groupKeys]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).split('.')[0] ?? '');
  return `${what}. ${group === '' ? 'The file' : group} can hold ${[...new Set(names)].join(', ')}.`;
}
