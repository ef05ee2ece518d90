/** What a Linux program asks of the machine it is started on. */
export interface ElfNeeds {
  /** shared libraries, by their sonames */
  libraries: string[];
  /** the newest version of glibc that a symbol of it is of, such as "2.17" */
  glibc: string;
}

const loadable = 1;
const dynamic = 2;
const tags = { needed: 1n, strings: 5n, stringsSize: 10n };

/** Reads the dynamic section of a 64-bit little-endian ELF file: what `readelf -d` shows, on machines without it. */
export function readElfNeeds(file: Buffer): ElfNeeds {
  if (file.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') throw new Error('not a 64-bit little-endian ELF file');
  const number = (at: number): number => Number(file.readBigUInt64LE(at));
  const first = number(0x20);
  const size = file.readUInt16LE(0x36);
  const segments = Array.from({ length: file.readUInt16LE(0x38) }, (_, index) => {
    const at = first + index * size;
    return { type: file.readUInt32LE(at), offset: number(at + 8), address: number(at + 16), size: number(at + 32) };
  });
  const section = segments.find(({ type }) => type === dynamic);
  if (section === undefined) return { libraries: [], glibc: '' };
  const entries = Array.from({ length: section.size / 16 }, (_, index) => {
    const at = section.offset + index * 16;
    return { tag: file.readBigUInt64LE(at), value: number(at + 8) };
  });
  const value = (tag: bigint): number => entries.find((entry) => entry.tag === tag)?.value ?? 0;
  const address = value(tags.strings);
  const holder = segments.find((it) => it.type === loadable && it.address <= address && address < it.address + it.size);
  const start = address - (holder?.address ?? 0) + (holder?.offset ?? 0);
  const strings = file.toString('latin1', start, start + value(tags.stringsSize));
  const libraries = entries
    .filter(({ tag }) => tag === tags.needed)
    .map(({ value: at }) => strings.slice(at, strings.indexOf('\0', at)));
  const versions = [...strings.matchAll(/\0GLIBC_(\d+\.\d+)/g)].map(([, version = '']) => version);
  const minor = (version: string): number => Number(version.split('.')[1]);
  return { libraries: libraries.sort(), glibc: versions.toSorted((a, b) => minor(a) - minor(b)).at(-1) ?? '' };
}
