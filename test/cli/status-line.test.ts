import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { log } from '../../src/cli/log.ts';
import { longRun } from '../../src/cli/long-run.ts';
import { showStatusLine } from '../../src/cli/status-line.ts';
import { createProgress } from '../../src/output/progress.ts';

/** What a terminal shows after these writes, line by line. */
function screenAfter(written: readonly string[]): string[] {
  return written
    .join('')
    .split('\n')
    .map((line) => {
      const cells: string[] = [];
      let at = 0;
      for (const character of line) {
        if (character === '\r') at = 0;
        else cells[at++] = character;
      }
      return cells.join('').trimEnd();
    });
}

describe('the line of progress', () => {
  let written: string[];
  beforeEach(() => {
    written = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('makes room for what the log says, and stays below it', () => {
    let now = 0;
    const stream = { isTTY: true, columns: 60, write: (text: string) => process.stderr.write(text) };
    const progress = createProgress(stream, { label: 'Jobs', total: 243, now: () => now });
    const end = showStatusLine(progress);
    now = 2000;
    progress.advance(16);
    log.warn('Job 4228 will be tried again in 5 min: a reason that is longer than the bar was, by a good deal');
    expect(screenAfter(written)).toEqual([
      'Warning: Job 4228 will be tried again in 5 min: a reason that is longer than the bar was, by a good deal',
      expect.stringMatching(/^Jobs {2}[#.]+ +6% {2}16 \/ 243$/),
    ]);
    end();
    log.info('Done.');
    expect(screenAfter(written).slice(1)).toEqual(['Done.', '']);
  });

  it('gives way to one word on what the first Ctrl-C does', async () => {
    const code = process.exitCode;
    try {
      await longRun('Jobs', false, async ({ signal }) => {
        process.emit('SIGINT', 'SIGINT');
        process.emit('SIGINT', 'SIGINT');
        expect(signal.aborted).toBe(true);
      });
      expect(process.exitCode).toBe(130);
    } finally {
      process.exitCode = code;
    }
    expect(written.join('')).toBe('Finishing what is in flight; press Ctrl-C again to end at once.\n');
    written = [];
    await longRun('Jobs', false, async () => void process.emit('SIGTERM', 'SIGTERM')).finally(() => {
      process.exitCode = code;
    });
    expect(written).toEqual([]);
  });
});
