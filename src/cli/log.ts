import { fstatSync } from 'node:fs';
import { createConsola, LogLevels, type LogObject } from 'consola/core';
import type { Settings } from '../config/settings.ts';
import { visible } from '../output/visible.ts';
import { scrubbed } from '../secrets.ts';
import { aboveStatusLine } from './status-line.ts';

/** Journal priorities (sd-daemon): every line of a message needs its own. */
const priorities: Record<string, string> = { fatal: '<3>', error: '<3>', warn: '<4>', debug: '<7>', trace: '<7>' };
const words: Record<string, string> = { fatal: 'Error: ', error: 'Error: ', warn: 'Warning: ' };

let format: Settings['log']['format'] = 'text';

/** Everything the program says besides its results; goes to stderr. */
export const log = createConsola({
  level: LogLevels.info,
  // Identical messages are no noise here: each stands for another row.
  throttle: 0,
  reporters: [{ log: (entry) => aboveStatusLine(() => process.stderr.write(lineFor(entry))) }],
});

/** Applies the `log` settings, once they are known. */
export function configureLog(settings: Settings['log']): void {
  log.level = LogLevels[settings.level];
  format = settings.format;
}

function lineFor({ type, args, date }: LogObject): string {
  const text = scrubbed(args.map(String).join(' '));
  if (format === 'json') return `${JSON.stringify({ time: date.toISOString(), level: type, message: text })}\n`;
  const lines = `${words[type] ?? ''}${text}`.split('\n');
  const prefix = writesToJournal() ? (priorities[type] ?? '<6>') : '';
  // Addresses are in these lines, and anybody can register with one that a terminal would obey.
  return `${lines.map((line) => `${prefix}${visible(line)}`).join('\n')}\n`;
}

/** systemd names the journal's socket; the variable alone is inherited by children whose stderr goes elsewhere. */
function writesToJournal(): boolean {
  const { JOURNAL_STREAM: stream } = process.env;
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(process.stderr.fd);
  return stream === `${dev}:${ino}`;
}
