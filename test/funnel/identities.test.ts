import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Identities } from '../../src/funnel/identities.ts';

// Few different ones, so that texts come back; and all that hashes stumble over: prefixes, zeros, surrogates, anagrams.
const text = fc.oneof(
  fc.constantFrom('', '\0', '\0\0', ' ', '5 language a@x.com', '5 language b@x.com', '6 language a@x.com', '\ud800'),
  fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'ā', '\uffff'), maxLength: 6 }),
  fc.tuple(fc.nat(200), fc.nat(200)).map(([test, person]) => `${test} language p${person}@x.com`),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

describe('the identities that a run remembers', () => {
  it('are those of a Set, whatever the texts', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 400 }), fc.array(text, { maxLength: 50 }), (added, asked) => {
        const [own, plain] = [new Identities(), new Set<string>()];
        for (const one of added) {
          expect(own.has(one)).toBe(plain.has(one));
          own.add(one);
          plain.add(one);
          expect(own.size).toBe(plain.size);
        }
        for (const one of [...added, ...asked]) expect(own.has(one)).toBe(plain.has(one));
      }),
      { numRuns: 300 },
    );
  });

  it('are told apart in any number that a site can have, through every growth', () => {
    const own = new Identities();
    const name = (index: number): string => `${5 + (index % 3)} non_language person${index}@example.com`;
    const many = 600_000;
    let missed = 0;
    for (let index = 0; index < many; index += 1) {
      if (own.has(name(index))) missed += 1;
      own.add(name(index));
    }
    expect([own.size, missed]).toEqual([many, 0]);
    for (let index = 0; index < many; index += 997) expect(own.has(name(index))).toBe(true);
    for (let index = many; index < many + 1000; index += 1) expect(own.has(name(index))).toBe(false);
  });

  it('differ even where only the last or the first letter does', () => {
    const own = new Identities();
    const long = 'x'.repeat(200);
    const letters = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
    for (const letter of letters) for (const one of [`${letter}${long}`, `${long}${letter}`, letter]) own.add(one);
    // 'x' before and after is the same text.
    expect(own.size).toBe(3 * letters.length - 1);
  });

  it('count a text once, however often it is added', () => {
    const own = new Identities();
    for (let time = 0; time < 10_000; time += 1) own.add('5 language a@x.com');
    expect(own.size).toBe(1);
  });
});
