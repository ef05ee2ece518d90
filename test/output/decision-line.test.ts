import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomes } from '../../src/funnel/candidate.ts';
import type { Decision } from '../../src/funnel/decision.ts';
import { DecisionLines } from '../../src/output/decision-line.ts';
import type { Format } from '../../src/output/render.ts';
import { hostilePieces, isHarmless, pipe, screen } from './terminals.ts';

const decision: Decision = {
  resultId: 17,
  finishedAt: '2026-11-01 10:00:00',
  testId: 5,
  funnel: 'language',
  email: 'ann@x.com',
  outcome: 'entered',
  detail: null,
};

function line(changes: Partial<Decision>, terminal = screen, format?: Format): string {
  return new DecisionLines({ format, terminal }).line({ ...decision, ...changes });
}

describe('a line of sync --explain', () => {
  it('has its cells in columns on a terminal, one under the other whatever the outcome', () => {
    expect(line({})).toBe('entered                 2026-11-01 10:00:00  17        5       language      ann@x.com\n');
    for (const outcome of outcomes) {
      const text = line({ outcome, detail: 'a reason' });
      expect(text.indexOf('2026-11-01')).toBe(24);
      expect(text.indexOf('ann@x.com')).toBe(line({}).indexOf('ann@x.com'));
      expect(text.endsWith('ann@x.com  a reason\n')).toBe(true);
    }
    expect(line({ funnel: null, testId: null, email: null })).toBe('entered                 2026-11-01 10:00:00  17\n');
  });

  it('has all its cells in a pipe, the empty ones too', () => {
    expect(line({}, pipe)).toBe('entered\t2026-11-01 10:00:00\t17\t5\tlanguage\tann@x.com\t\t\t\n');
    const none = { funnel: null, testId: null, email: null, outcome: 'no_address' } as const;
    expect(line(none, pipe)).toBe('no_address\t2026-11-01 10:00:00\t17\t\t\t\t\t\t\n');
    expect(line({ resultId: '9007199254740993' }, pipe)).toContain('\t9007199254740993\t');
  });

  it('goes by the format that was asked for, where that is one for lines', () => {
    expect(line({}, pipe, 'table')).toBe(line({}, screen));
    expect(line({}, screen, 'tsv')).toBe(line({}, pipe));
  });

  it('comes below the names of the columns in csv and markdown, which are there even without a line', () => {
    for (const [format, head, row] of [
      [
        'csv',
        'outcome,finished_at,result_id,test_id,funnel,email,detail,payment_id,paid_at\n',
        'entered,2026-11-01 10:00:00,17,5,',
      ],
      ['markdown', '| Outcome | Finished at | Result |', '| entered | 2026-11-01 10:00:00 | 17 | 5 |'],
    ] as const) {
      const lines = new DecisionLines({ format, terminal: pipe });
      const [first, second] = [lines.line(decision), lines.line(decision)];
      expect(first.startsWith(head)).toBe(true);
      expect(second.startsWith(row)).toBe(true);
      expect(first.endsWith(second)).toBe(true);
      expect(lines.end()).toBe('');
      expect(new DecisionLines({ format, terminal: pipe }).end().startsWith(head)).toBe(true);
    }
  });

  it('is one object in json', () => {
    expect(JSON.parse(line({ detail: 'a\nb' }, pipe, 'json'))).toEqual({
      outcome: 'entered',
      finished_at: '2026-11-01 10:00:00',
      result_id: 17,
      test_id: 5,
      funnel: 'language',
      email: 'ann@x.com',
      detail: 'a\nb',
    });
    expect(line({ detail: 'a\nb' }, pipe, 'json').trimEnd()).not.toContain('\n');
  });

  it('tells a payment by its own number and time, in every format', () => {
    const payment = {
      paymentId: 31,
      paidAt: '2026-11-02 08:00:00',
      funnel: null,
      email: 'ann@example,com',
      outcome: 'no_usable_address',
      detail: 'bad domain',
    } as const;
    const of = (format: 'table' | 'csv' | 'json' | 'tsv') =>
      new DecisionLines({ format, terminal: pipe }).line(payment);
    expect(of('table')).toMatch(
      /^no_usable_address {7}2026-11-02 08:00:00 {2}payment 31 {22}ann@example,com {2}bad domain\n$/,
    );
    expect(of('tsv')).toBe('no_usable_address\t\t\t\t\tann@example,com\tbad domain\t31\t2026-11-02 08:00:00\n');
    expect(of('csv').split('\n')[1]).toBe('no_usable_address,,,,,"ann@example,com",bad domain,31,2026-11-02 08:00:00');
    expect(JSON.parse(of('json'))).toEqual({
      outcome: 'no_usable_address',
      funnel: null,
      email: 'ann@example,com',
      detail: 'bad domain',
      payment_id: 31,
      paid_at: '2026-11-02 08:00:00',
    });
  });

  it('stays one harmless line, whatever somebody has registered as his address', () => {
    const hostile = fc
      .array(fc.oneof(fc.constantFrom(...hostilePieces), fc.string({ unit: 'binary' })))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(hostile, hostile, (email, detail) => {
        const onScreen = line({ email, detail });
        expect(isHarmless(onScreen)).toBe(true);
        expect(onScreen.indexOf('\n')).toBe(onScreen.length - 1);
        const piped = line({ email, detail }, pipe);
        expect(piped.split('\t')).toHaveLength(9);
        expect(piped.replace(/[^\n]/g, '')).toBe('\n');
      }),
    );
  });
});
