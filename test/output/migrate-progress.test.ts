import { describe, expect, it } from 'vitest';
import type { Method } from '../../src/migrate/run-statement.ts';
import { announceStatement, describeProgress } from '../../src/output/migrate-progress.ts';

const start = {
  version: 6,
  number: 1,
  total: 5,
  table: 'brevo_sync_outbox',
  rows: 512_345,
  bytes: 64_000_000,
  statement: 'ALTER TABLE brevo_sync_outbox\n  MODIFY payload LONGTEXT NOT NULL',
};

describe('the announcement of a statement', () => {
  it.each<[Method, string, boolean]>([
    ['online', 'others can read and write it meanwhile', false],
    ['readers only', 'others can only read it meanwhile', true],
    ['exclusive', 'nobody else can use it meanwhile', true],
  ])('done %s says what that means for others', (method, words, isHard) => {
    expect(announceStatement({ ...start, method })).toEqual({
      text: `0006 (1 of 5): works through brevo_sync_outbox (about 512,345 rows, 64 MB); ${words}. ALTER TABLE brevo_sync_outbox MODIFY payload LONGTEXT NOT NULL`,
      isHard,
    });
  });

  it.each([
    ['done in an instant', { method: 'instant', rows: 5_000_000 }],
    ['on a small table', { method: 'exclusive', rows: 49_999 }],
  ] as const)('%s is left out', (_, odd) => {
    expect(announceStatement({ ...start, ...odd })).toBe(null);
  });

  it('shows the beginning of a long statement', () => {
    const text = announceStatement({ ...start, method: 'online', statement: `ALTER TABLE t ${'x'.repeat(200)}` })?.text;
    expect(text).toMatch(/\. ALTER TABLE t x{85}…$/);
  });
});

describe('the line about a running statement', () => {
  const place = { version: 4, number: 1, total: 1, name: 'make_entries_unique', ms: 65_000 };

  it('has its time, and how far it is where the server says so', () => {
    expect(describeProgress({ ...place, percent: 48, stage: 1, stages: 2 })).toBe(
      '0004 (1 of 1) make_entries_unique: 1 min 05 s, 48% of step 1 of 2',
    );
    expect(describeProgress({ ...place, percent: null, stage: 0, stages: 0 })).toBe(
      '0004 (1 of 1) make_entries_unique: 1 min 05 s',
    );
  });
});
