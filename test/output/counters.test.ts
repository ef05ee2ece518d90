import { describe, expect, it } from 'vitest';
import { renderCounters } from '../../src/output/counters.ts';
import { pipe, screen } from './terminals.ts';

const summary = [
  { label: 'already in this funnel', count: 1061 },
  { label: 'entered', count: 97, note: 'language 61, non_language 36' },
  { label: 'looked at', count: 1204, total: true },
];

describe('renderCounters', () => {
  it('aligns counts, labels and notes', () => {
    expect(renderCounters(summary, pipe)).toBe(
      [
        '    1,061  already in this funnel',
        '       97  entered               language 61, non_language 36',
        '    1,204  looked at',
        '',
      ].join('\n'),
    );
  });

  it('moves notes out for a long label that has one', () => {
    const lines = [
      { label: 'a', count: 1, note: 'first' },
      { label: 'waits for the person to answer', count: 2, note: 'second' },
    ];
    expect(renderCounters(lines, pipe)).toBe(
      '    1  a                               first\n    2  waits for the person to answer  second\n',
    );
  });

  it('puts a note that is too wide for the terminal below its label', () => {
    expect(renderCounters(summary, { ...screen, columns: 61 })).toBe(renderCounters(summary, pipe));
    expect(renderCounters(summary, { ...screen, columns: 40 })).toBe(
      [
        '    1,061  already in this funnel',
        '       97  entered',
        '             language 61, non_language',
        '             36',
        '    1,204  looked at',
        '',
      ].join('\n'),
    );
  });

  it('prints totals bold where there is colour, and no control characters of others', () => {
    const lines = [{ label: 'to\x1b[2J', count: 1, total: true, note: 'a\nb' }];
    expect(renderCounters(lines, { ...screen, color: true })).toBe(
      '\x1b[1m    1  to\\x1b[2J             a\\nb\x1b[22m\n',
    );
  });

  it('prints nothing for nothing', () => {
    expect(renderCounters([], pipe)).toBe('');
  });
});
