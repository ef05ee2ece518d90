import type { Id } from '../database/database.ts';

const idsPerPage = 4096;

/**
 * A set of row ids, one bit each: ids are counted up by the database, so a million of them takes about 130 kB (at worst
 * half a kilobyte for an id that stands alone). Exact, also beyond 2^53. Ids are not negative.
 */
export class IdSet {
  readonly #pages = new Map<number | bigint, Uint32Array>();

  /** Adds an id; false when it was in the set already. */
  add(id: Id): boolean {
    const [page, index] = placeOf(id);
    const bits = this.#pages.get(page) ?? this.#newPage(page);
    const word = index >>> 5;
    const bit = 1 << (index & 31);
    const before = bits[word] ?? 0;
    bits[word] = before | bit;
    return (before & bit) === 0;
  }

  #newPage(page: number | bigint): Uint32Array {
    const bits = new Uint32Array(idsPerPage / 32);
    this.#pages.set(page, bits);
    return bits;
  }
}

// Ids are digits exactly when they are beyond 2^53, so the two kinds of page never mean the same one.
function placeOf(id: Id): [page: number | bigint, index: number] {
  if (typeof id === 'number') return [Math.floor(id / idsPerPage), id % idsPerPage];
  const exact = BigInt(id);
  return [exact / BigInt(idsPerPage), Number(exact % BigInt(idsPerPage))];
}
