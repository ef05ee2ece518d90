import { describe, expect, it } from 'vitest';
import { outcomes } from '../../src/funnel/candidate.ts';
import { emptyResult, purchaseOutcomes, type SyncResult, unpaidOutcomes } from '../../src/funnel/counts.ts';
import { renderSync } from '../../src/output/sync-summary.ts';
import { pipe, screen } from './terminals.ts';

function text(changes: Partial<SyncResult>, terminal = screen): string {
  return renderSync({ ...emptyResult(false), ...changes }, { format: undefined, terminal });
}

/** Each outcome once, in its order 1, 2, 3 and so on; those of payments from 21, as some are called alike. */
function everything(): Partial<SyncResult> {
  const number = <Key extends string>(keys: readonly Key[], first = 1): Record<Key, number> =>
    Object.fromEntries(keys.map((key, index) => [key, index + first])) as Record<Key, number>;
  return {
    lookedAt: 55,
    outcomes: number(outcomes),
    purchases: {
      ...emptyResult(false).purchases,
      lookedAt: 78,
      outcomes: number(purchaseOutcomes, 21),
      entriesMarked: 1234,
      unpaid: number(unpaidOutcomes),
      entriesWithdrawn: 5,
    },
  };
}

describe('the summary of a sync', () => {
  it('has a line of its own for each outcome, none wider than a terminal', () => {
    const lines = text(everything()).trimEnd().split('\n');
    const unpaid = 1 + unpaidOutcomes.length + 1 + 1;
    const hints = 6;
    expect(lines).toHaveLength(1 + outcomes.length + 1 + 1 + purchaseOutcomes.length + 1 + unpaid + hints + 1);
    // These are said of results and of payments alike.
    const often = /looked at|of a test the site does not have/;
    expect(new Set(lines.filter((line) => !often.test(line))).size).toBe(lines.length - 4);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toContain('1,234 entries marked');
  });

  it('has a row for each outcome in a pipe', () => {
    const rows = text(everything(), pipe).trimEnd().split('\n');
    for (const [index, outcome] of outcomes.entries()) expect(rows).toContain(`results\t${outcome}\t${index + 1}`);
    for (const [index, outcome] of purchaseOutcomes.entries()) {
      expect(rows).toContain(`payments\t${outcome}\t${index + 21}`);
    }
    expect(rows).toContain('entries\tmarked_as_bought\t1234');
  });

  it('does not say that a certificate is paid no more when the site has only corrected it', async () => {
    const { purchases } = emptyResult(false);
    const corrected = text({ purchases: { ...purchases, entriesWithdrawn: 1 } });
    expect(corrected).toContain('Certificates corrected on the site\n    1  entry no longer counted\n');
    const refunded = { ...purchases, unpaid: { ...purchases.unpaid, refunded: 1 }, entriesWithdrawn: 1 };
    expect(text({ purchases: refunded })).toContain('Certificates paid no more\n    1  refunded');
  });

  it('does not call a run without news that was cut short a run that found nothing', () => {
    expect(text({ interrupted: true })).toMatch(
      /^Test results finished [\s\S]* 0 {2}looked at\n[\s\S]*\nEnded early by a signal;/,
    );
    expect(text({ interrupted: true })).not.toMatch(/^No /m);
    expect(text({ interrupted: true }, pipe)).toMatch(/^run\tended_early\t1$/m);
  });

  it('tells what was left out, in numbers that are right, and where it goes on', () => {
    expect(text({})).not.toMatch(/not looked at|left out/);
    expect(text({ remaining: 1, older: 1 })).toMatch(
      /^1 result was not looked at; .*\n1 older result was left out: funnels sync --since YYYY-MM-DD$/m,
    );
    expect(text({ remaining: 1234 })).toMatch(/^1,234 results were not looked at;/m);
    expect(text({ older: 100_000 })).toMatch(/^100,000 older results were left out: /m);
    expect(text({ older: 100_001 })).toMatch(/^More than 100,000 older results were left out: /m);
    expect(text({ remaining: 3, older: 100_001 }, pipe)).toMatch(/^results\tremaining\t3\nresults\tolder\t100001$/m);
    for (const line of text({ remaining: 123_456, older: 100_001 }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
  });

  it('sends nobody to Brevo when nothing is new', () => {
    expect(text({})).not.toContain('drain-outbox');
    expect(text({ outcomes: { ...emptyResult(false).outcomes, already_in_funnel: 3 }, lookedAt: 3 })).not.toContain(
      'Next',
    );
    expect(text(everything())).toMatch(/\nNext: funnels drain-outbox\n$/);
  });
});
