const emptySlot = 0;

/**
 * A set of texts in little memory: a first run over a million results has to remember whom it has entered. Keeps 53
 * bits of each text's hash in one flat array (about 16 bytes a text), so two texts in a million are taken for the same
 * with a chance of 1 in 20,000 for the whole run; the next run then finds the one that was passed over.
 */
export class Identities {
  #slots = new Float64Array(1 << 12);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(text: string): boolean {
    return this.#slots[this.#slotOf(hashOf(text))] !== emptySlot;
  }

  add(text: string): void {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    const hash = hashOf(text);
    const slot = this.#slotOf(hash);
    if (this.#slots[slot] !== emptySlot) return;
    this.#slots[slot] = hash;
    this.#size += 1;
  }

  /** The slot that holds the hash, or the empty one where it belongs. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash % 4_294_967_296) & mask;
    while (this.#slots[slot] !== emptySlot && this.#slots[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const hash of old) if (hash !== emptySlot) this.#slots[this.#slotOf(hash)] = hash;
  }
}

/** 53 bits from two multiplicative (FNV-1a) hashes with different bases, mixed at the end; never 0. */
function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01234567;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) ^ (high >>> 13);
  }
  low = Math.imul(low ^ (low >>> 16), 0xc2b2ae35) >>> 0;
  high = Math.imul(high ^ (high >>> 15), 0x27d4eb2f) >>> 0;
  return (high >>> 11) * 4_294_967_296 + low + 1;
}
