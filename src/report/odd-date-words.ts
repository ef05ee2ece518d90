import type { OddDates, OddKind } from './result.ts';

const fates: Readonly<Record<OddKind, { what: [one: string, many: string]; fate: string }>> = {
  ahead: {
    what: ['entry is dated', 'entries are dated'],
    fate: "ahead of the database's clock: not counted; if these dates are right, check database.timezone",
  },
  undated: { what: ['entry has', 'entries have'], fate: 'no date: not counted' },
  purchased_ahead: {
    what: ['purchase is dated', 'purchases are dated'],
    fate: "ahead of the database's clock: not counted as purchased; if these dates are right, check database.timezone",
  },
  outlying: {
    what: ['entry is dated', 'entries are dated'],
    fate: 'years before all others: counted, in a row of its own, not drawn',
  },
};

/** What is odd about dates, a sentence for each kind, with the dates and the numbers of the entries. */
export function oddDateWarnings(odd: readonly OddDates[]): string[] {
  return odd.map(({ kind, entries, first, last, entry_ids: ids }) => {
    const { what, fate } = fates[kind];
    const dates = kind === 'undated' ? '' : first === last ? `${first}; ` : `${first} to ${last}; `;
    const numbers = `${entries === 1 ? 'entry' : 'entries'} ${ids.join(', ')}${entries > ids.length ? ', …' : ''}`;
    return `${entries} ${what[entries === 1 ? 0 : 1]} ${fate} (${dates}${numbers}).`;
  });
}
