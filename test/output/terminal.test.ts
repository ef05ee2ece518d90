import { describe, expect, it } from 'vitest';
import { describeTerminal } from '../../src/output/terminal.ts';

const tty = { isTTY: true, columns: 120 };

describe('describeTerminal', () => {
  it('knows a terminal from a pipe', () => {
    expect(describeTerminal(tty, { LANG: 'de_DE.UTF-8' })).toEqual({
      isTerminal: true,
      columns: 120,
      unicode: true,
      color: true,
    });
    expect(describeTerminal({}, {})).toEqual({ isTerminal: false, columns: 80, unicode: false, color: false });
  });

  it('takes COLUMNS only where the stream does not know its width, and only a sensible one', () => {
    expect(describeTerminal(tty, { COLUMNS: '40' }).columns).toBe(120);
    expect(describeTerminal({ isTTY: true }, { COLUMNS: '40' }).columns).toBe(40);
    expect(describeTerminal({ isTTY: true, columns: 0 }, { COLUMNS: '40' }).columns).toBe(40);
    for (const COLUMNS of ['', '0', '-3', 'wide', '12.5', 'Infinity']) {
      expect(describeTerminal({ isTTY: true }, { COLUMNS }).columns).toBe(80);
    }
  });

  it('reads the locale in the order of the C library', () => {
    expect(describeTerminal(tty, { LC_ALL: 'C', LANG: 'en_US.UTF-8' }).unicode).toBe(false);
    expect(describeTerminal(tty, { LC_ALL: '', LC_CTYPE: 'C.utf8', LANG: 'C' }).unicode).toBe(true);
    expect(describeTerminal(tty, { LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }).unicode).toBe(false);
    expect(describeTerminal(tty, { LANG: 'de_DE@euro' }).unicode).toBe(false);
  });

  it('colours a terminal unless told not to, and a pipe only when told to', () => {
    expect(describeTerminal(tty, { NO_COLOR: '1' }).color).toBe(false);
    expect(describeTerminal(tty, { NO_COLOR: '' }).color).toBe(true);
    expect(describeTerminal(tty, { TERM: 'dumb' }).color).toBe(false);
    expect(describeTerminal(tty, { FORCE_COLOR: '0' }).color).toBe(false);
    expect(describeTerminal({}, { FORCE_COLOR: '1' }).color).toBe(true);
    expect(describeTerminal({}, { FORCE_COLOR: '1', NO_COLOR: '1' }).color).toBe(false);
  });
});
