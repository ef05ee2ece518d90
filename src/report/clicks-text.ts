/** How the bytes of an export are written. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Bytes that look like text with two bytes a character: where in each pair the zero bytes are tells which comes first. */
function byZeroBytes(start: Uint8Array): Encoding {
  const zeros = [0, 0];
  for (const [index, byte] of start.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return 'utf-8';
  return even > odd ? 'utf-16be' : 'utf-16le';
}

/**
 * The encoding of a file by its beginning: by its byte order mark, else by zero bytes, which every line of a CSV file in
 * UTF-16 has (its line end, its separators), and none in UTF-8.
 */
export function encodingOf(start: Uint8Array): Encoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return byZeroBytes(start);
}

/** The text of bytes that come in any pieces, without a byte order mark; what is not of the encoding becomes U+FFFD. */
export class Decoder {
  readonly #decoder: TextDecoder;
  readonly #isSwapped: boolean;
  #half: number | undefined;

  constructor(encoding: Encoding) {
    // Not every runtime decodes utf-16be, all of them decode utf-16le.
    this.#isSwapped = encoding === 'utf-16be';
    this.#decoder = new TextDecoder(encoding === 'utf-8' ? 'utf-8' : 'utf-16le');
  }

  decode(bytes: Uint8Array): string {
    return this.#decoder.decode(this.#isSwapped ? this.#swapped(bytes) : bytes, { stream: true });
  }

  end(): string {
    return this.#decoder.decode();
  }

  #swapped(bytes: Uint8Array): Uint8Array {
    const before = this.#half === undefined ? [] : [this.#half];
    const all = Uint8Array.from([...before, ...bytes]);
    const even = all.length - (all.length % 2);
    this.#half = all[even];
    for (let at = 0; at < even; at += 2) {
      const first = all[at] ?? 0;
      all[at] = all[at + 1] ?? 0;
      all[at + 1] = first;
    }
    return all.subarray(0, even);
  }
}

/** Any mixture of line ends, in any pieces, as LF alone: each line of the file stays one. */
export class LineEnds {
  #hasPendingReturn = false;

  /** The text of the next piece. A CR at its end waits: an LF may follow. */
  unify(piece: string): string {
    const text = this.#hasPendingReturn ? `\r${piece}` : piece;
    this.#hasPendingReturn = text.endsWith('\r');
    return (this.#hasPendingReturn ? text.slice(0, -1) : text).replace(/\r\n?/g, '\n');
  }

  end(): string {
    return this.#hasPendingReturn ? '\n' : '';
  }
}

/** The text of an export in pieces, with LF as its only line end. */
export async function* unifiedText(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new Decoder(encoding);
  const lineEnds = new LineEnds();
  for await (const piece of bytes) {
    const text = lineEnds.unify(decoder.decode(piece));
    if (text !== '') yield text;
  }
  const rest = `${lineEnds.unify(decoder.end())}${lineEnds.end()}`;
  if (rest !== '') yield rest;
}
