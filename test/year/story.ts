import { Random } from '../../src/demo/random.ts';
import {
  day,
  type FunnelName,
  hour,
  type Payment,
  type Result,
  type Spelling,
  type Time,
  type World,
} from './world.ts';

/** One change of the site, in the world and to be repeated in its tables. */
export type Change =
  | { kind: 'finish'; result: Result }
  | { kind: 'pay'; payment: Payment }
  | { kind: 'set status'; payment: Payment }
  | { kind: 'remove payment'; payment: Payment }
  | { kind: 'correct payer'; payment: Payment }
  | { kind: 'correct payment'; payment: Payment }
  | { kind: 'correct result'; result: Result }
  | { kind: 'set language'; test: number; isLanguage: boolean };

/** What happens at the site, day by day, the same for the same seed. */
export class Story {
  readonly world: World = { results: [], payments: [], languageTests: new Set([5, 6]) };
  readonly #random: Random;
  readonly #people: number;
  readonly #later = new Map<number, (() => Change)[]>();
  #today = 0;

  constructor(seed: number, people: number) {
    this.#random = new Random(seed);
    this.#people = people;
  }

  /** Lets the 24 hours before the run of this day pass, and tells what changed. */
  pass(today: number): Change[] {
    this.#today = today;
    const random = this.#random;
    const changes = (this.#later.get(today) ?? []).map((change) => change());
    for (let count = random.whole(1, 4); count > 0; count -= 1) changes.push(this.#finish());
    for (let count = random.whole(0, 2); count > 0; count -= 1) changes.push(this.#pay());
    if (random.chance(0.05)) changes.push(this.#changeLanguage());
    return changes;
  }

  /** Somebody notices that a test was filed under no language, or under one. */
  #changeLanguage(): Change {
    const { languageTests } = this.world;
    const test = this.#random.whole(5, 8);
    const isLanguage = !languageTests.has(test);
    if (isLanguage) languageTests.add(test);
    else languageTests.delete(test);
    return { kind: 'set language', test, isLanguage };
  }

  #moment(): Time {
    return (this.#today - 1) * day + this.#random.whole(2 * hour, 22 * hour);
  }

  #finish(): Change {
    const random = this.#random;
    const { results } = this.world;
    const odd = random.whole(1, 25);
    const at = odd === 1 ? null : odd === 2 ? 'zero' : odd === 3 ? this.#moment() + 2 * day : this.#moment();
    const result: Result = {
      id: results.length + 1,
      address: this.#spell(this.#somebody()),
      test: random.pick([5, 5, 6, 7, 8]),
      at,
    };
    results.push(result);
    const isOther = random.chance(0.08);
    if (isOther || !result.address.isUsable) {
      this.#in(random.whole(1, 6), () => {
        result.address = isOther ? this.#spell(this.#somebody()) : this.#corrected(result.address);
        return { kind: 'correct result', result };
      });
    }
    return { kind: 'finish', result };
  }

  #somebody(): string {
    return `p${this.#random.whole(1, this.#people)}@example.com`;
  }

  /** Most of those who pay have finished a test lately, many of them this very day. */
  #pay(): Change {
    const random = this.#random;
    const { payments, results, languageTests } = this.world;
    const recent = results.at(-random.whole(1, Math.min(25, results.length)));
    const finished = typeof recent?.at === 'number' ? recent : undefined;
    const person = finished?.address.person ?? this.#somebody();
    const funnel: FunnelName =
      finished === undefined
        ? random.pick(['language', 'non_language'])
        : languageTests.has(finished.test)
          ? 'language'
          : 'non_language';
    const isLate = random.chance(0.25);
    const isAhead = random.chance(0.05);
    const payment: Payment = {
      id: payments.length + 1,
      address: this.#spell(person),
      funnel,
      at: this.#moment() + (isAhead ? 2 * day : 0),
      status: isLate ? 1 : 2,
    };
    payments.push(payment);
    if (isLate) this.#in(2, () => this.#set(payment, 2));
    this.#whatBecomesOf(payment);
    return { kind: 'pay', payment };
  }

  #whatBecomesOf(payment: Payment): void {
    const random = this.#random;
    const fate = random.whole(1, 14);
    const wait = random.whole(3, 15);
    if (fate === 1 || fate === 2) this.#in(wait, () => this.#set(payment, 3));
    if (fate === 2) this.#in(wait + random.whole(1, 9), () => this.#set(payment, 2));
    if (fate === 3) {
      this.#in(wait, () => {
        payment.status = 'gone';
        return { kind: 'remove payment', payment };
      });
      if (random.chance(0.6)) this.#in(wait + random.whole(1, 9), () => this.#payAnew(payment));
    }
    if (fate === 5 || fate === 6) this.#in(wait, () => this.#correctPayment(payment));
    if (fate === 4 || !payment.address.isUsable) {
      this.#in(wait, () => {
        const isOther = payment.address.isUsable;
        payment.address = isOther ? this.#spell(this.#somebody()) : this.#corrected(payment.address);
        return { kind: 'correct payer', payment };
      });
    }
  }

  /** It was for the other certificate, or of another day. */
  #correctPayment(payment: Payment): Change {
    const random = this.#random;
    if (random.chance(0.3)) payment.funnel = payment.funnel === 'language' ? 'non_language' : 'language';
    else payment.at = Math.max(0, payment.at + random.whole(-6, 2) * day);
    return { kind: 'correct payment', payment };
  }

  /** The same once more under a number of its own: as it was, or paid now. */
  #payAnew({ address, funnel, at }: Payment): Change {
    const { payments } = this.world;
    const isSameMoment = this.#random.chance(0.5);
    const payment: Payment = {
      ...{ id: payments.length + 1, address, funnel, status: 2 },
      at: isSameMoment ? at : this.#moment(),
    };
    payments.push(payment);
    return { kind: 'pay', payment };
  }

  #set(payment: Payment, status: 2 | 3): Change {
    if (payment.status !== 'gone') payment.status = status;
    return { kind: 'set status', payment };
  }

  #in(days: number, change: () => Change): void {
    const at = this.#today + days;
    this.#later.set(at, [...(this.#later.get(at) ?? []), change]);
  }

  #corrected({ person }: Spelling): Spelling {
    return { text: person, person, isUsable: true };
  }

  #spell(person: string): Spelling {
    const [name = '', domain = ''] = person.split('@');
    const usable = (text: string): Spelling => ({ text, person, isUsable: true });
    switch (this.#random.whole(1, 18)) {
      case 1:
        return usable(`${person} `);
      case 2:
        return usable(`\t${name.toUpperCase()}@${domain}`);
      case 3:
        return usable(`\u200b${person}`);
      case 4:
        return usable(`${name}@Example.COM`);
      case 5:
        return usable(`${person}.`);
      case 6:
        return usable(`mailto:${person}`);
      case 7:
        return usable(`<${person}>`);
      case 8:
        return { text: person.replace('.', ','), person, isUsable: false };
      default:
        return usable(person);
    }
  }
}
