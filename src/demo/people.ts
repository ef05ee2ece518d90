import type { Random } from './random.ts';

type Names = readonly [string, ...string[]];

const firstNames: Names = [
  ...(['Ada', 'Ben', 'Carla', 'David', 'Elena', 'Farid', 'Greta', 'Hugo', 'Irina', 'Jonas'] as const),
  ...(['Katja', 'Luca', 'Maria', 'Nils', 'Olga', 'Pavel', 'Rosa', 'Samir', 'Tereza', 'Uwe'] as const),
  ...(['Vera', 'Wanda', 'Yusuf', 'Zoe', 'Amelie', 'Boris', 'Chiara', 'Dmytro', 'Ester', 'Felix'] as const),
  ...(['Hanna', 'Igor', 'Julia', 'Kenji', 'Lena', 'Milos', 'Nadia', 'Oskar', 'Petra', 'Rafael'] as const),
];

const lastNames: Names = [
  ...(['Adler', 'Bianchi', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Horvat', 'Ivanova', 'Jansen'] as const),
  ...(['Kowalski', 'Larsen', 'Moreau', 'Novak', "O'Hara", 'Petrov', 'Quist', 'Rossi', 'Silva', 'Tanaka'] as const),
  ...(['Ulrich', 'Vogel', 'Weber', 'Yilmaz', 'Zeman', 'Becker', 'Conti', 'Dvorak', 'Ekberg', 'Ferrari'] as const),
  ...(['Gruber', 'Hansen', 'Jovanovic', 'Keller', 'Lopez', 'Meyer', 'Nowak', 'Olsen', 'Popescu', 'Richter'] as const),
  ...(['Santos', 'Toth', 'Urban', 'Virtanen', 'Wagner', 'Yamada', 'Zimmer', 'Brandt', 'Kaya', 'Lindgren'] as const),
];

/** None of these can receive mail. */
const domains: Names = ['example.com', 'example.com', 'example.org', 'example.net', 'schule.example', 'bücher.example'];

/** Somebody of the sample: one address, as its owner would write it with care. */
export interface Person {
  address: string;
  firstName: string;
  lastName: string;
}

/** Every combination of the names above once, so 2,000 people with 2,000 addresses. */
export function makePeople(random: Random): Person[] {
  return lastNames.flatMap((lastName) =>
    firstNames.map((firstName) => {
      const local = `${firstName}${random.pick(['.', '_', '-'])}${lastName}${random.chance(0.2) ? random.whole(60, 99) : ''}`;
      return { address: `${local.toLowerCase()}@${random.pick(domains)}`, firstName, lastName };
    }),
  );
}

/** The person's address as it gets typed into a form: mostly right, sometimes with capitals, spaces or what was copied along. */
export function typed({ address, firstName, lastName }: Person, random: Random): string {
  const slip = random.next();
  if (slip < 0.1) {
    return address.replace(firstName.toLowerCase(), firstName).replace(lastName.toLowerCase(), lastName);
  }
  if (slip < 0.13) return address.toUpperCase();
  if (slip < 0.17) return `${address} `;
  if (slip < 0.19) return `  ${address}`;
  if (slip < 0.21) return `\u200b${address}`;
  if (slip < 0.22) return `${address}\u00a0`;
  return address;
}
