import type { Definitions } from './result.ts';

/** What the figures of a report with this window mean. */
export function definitionsFor(windowDays: number): Definitions {
  const window = windowDays === 1 ? '1 day' : `${windowDays} days`;
  return {
    unit: 'entries',
    window_days: windowDays,
    terms: {
      entries: 'times that somebody entered a funnel; a person enters once per test',
      people: 'distinct addresses among the entries; one person can be in several groups',
      purchased:
        'entries followed by the purchase of a certificate of that kind, however long after, that is still paid; one purchase marks all earlier entries of its buyer in that funnel',
      refunded: 'entries whose purchase is paid no more: refunded, or gone from the site; not counted as purchased',
      paid_before_entering:
        'entries whose person paid between finishing the test and entering: out of the e-mails, not counted as purchased',
      conversion: 'purchased / entries',
      likely:
        'the true share lies in this range in 95 of 100 cases (Wilson; as if no two entries were of one person); in tables of the settled rate',
      settled: `of the entries at least ${window} old, the share that bought within ${window} of entering`,
      open: `entries that have not bought and are less than ${window} old`,
      lapsed: `entries that have not bought and are at least ${window} old`,
      time_to_buy: 'from entering to paying, of those who bought; each figure is the time of one buyer',
      bought_before_entering: 'purchases paid in the period, before the buyer entered that funnel; not counted',
      never_entered: 'purchases paid in the period by people who are not in that funnel; not counted',
    },
  };
}
