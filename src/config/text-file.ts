import { open } from 'node:fs/promises';

/** A text file as it was read. */
export interface TextFile {
  text: string;
  /** everybody on the machine may read it */
  isPublic: boolean;
}

/** Reads a whole text file; rejects as node:fs does, with a `code`, or with NotText. */
export type ReadFile = (path: string) => Promise<TextFile>;

/** Why a file that could be read is no text, as the end of a sentence that begins with "it". Quotes nothing of it. */
export class NotText extends Error {}

/** Far more than any configuration or secret has, and nothing to a machine. */
const longestBytes = 1024 * 1024;

/** Reads a UTF-8 file of at most 1 MiB; a byte order mark at its beginning is left out. */
export const readTextFile: ReadFile = async (path) => {
  const file = await open(path);
  try {
    const { mode } = await file.stat();
    const buffer = Buffer.alloc(longestBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
      if (length > longestBytes) throw new NotText('it is larger than 1 MiB');
    }
    const isPublic = process.platform !== 'win32' && (mode & 0o004) !== 0;
    return { text: decode(buffer.subarray(0, length)), isPublic };
  } finally {
    await file.close();
  }
};

function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new NotText('it is UTF-16; save it as UTF-8');
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw new NotText(`it has a zero byte${placeOf(bytes, zero)}, as UTF-16 has; save it as UTF-8`);
  const text = bytes.toString('utf8');
  // A replacement character stands where the bytes were none, unless the file holds that character itself.
  for (const { index } of text.matchAll(/\ufffd/g)) {
    const offset = Buffer.byteLength(text.slice(0, index));
    if (bytes.readUIntBE(offset, Math.min(3, bytes.length - offset)) !== 0xefbfbd) {
      throw new NotText(`it is not UTF-8${placeOf(bytes, offset)}; save it as UTF-8`);
    }
  }
  return text.replace(/^\ufeff/, '');
}

/** ` (byte 18, in line 2)` for an offset. */
function placeOf(bytes: Buffer, offset: number): string {
  const line = bytes.subarray(0, offset).toString('latin1').split('\n').length;
  return ` (byte ${offset + 1}, in line ${line})`;
}
