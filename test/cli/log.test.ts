import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Settings } from '../../src/config/settings.ts';

const module = pathToFileURL(resolve('src/cli/log.ts')).href;
const messages = [
  ['error', 'It failed.\nDo this.'],
  ['warn', 'It may fail.'],
  ['info', 'It goes on.'],
  ['debug', 'A \u001b]0;hostile\u0007 detail.'],
] as const;

interface Logged {
  stdout: string;
  stderr: string;
}

/** Logs the messages in a process of its own whose stderr is a file, as a unit of systemd has its own stream. */
function logAll(settings: Settings['log'], journal: (stream: string) => string | undefined = () => undefined): Logged {
  const folder = mkdtempSync(join(tmpdir(), 'funnels-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'stderr');
  const file = openSync(path, 'w');
  const { dev, ino } = statSync(path);
  const stream = journal(`${dev}:${ino}`);
  const code = [
    `import { configureLog, log } from ${JSON.stringify(module)};`,
    `configureLog(${JSON.stringify(settings)});`,
    ...messages.map(([level, text]) => `log.${level}(${JSON.stringify(text)});`),
  ].join('\n');
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', file],
    env: stream === undefined ? {} : { JOURNAL_STREAM: stream },
    encoding: 'utf8',
  });
  closeSync(file);
  return { stdout, stderr: readFileSync(path, 'utf8') };
}

describe('the log', () => {
  it('says on stderr how bad it is, and nothing on stdout', () => {
    expect(logAll({ level: 'debug', format: 'text' })).toEqual({
      stdout: '',
      stderr: 'Error: It failed.\nDo this.\nWarning: It may fail.\nIt goes on.\nA \\x1b]0;hostile\\x07 detail.\n',
    });
  });

  it.each([
    ['error', 'Error: It failed.\nDo this.\n'],
    ['warn', 'Error: It failed.\nDo this.\nWarning: It may fail.\n'],
    ['info', 'Error: It failed.\nDo this.\nWarning: It may fail.\nIt goes on.\n'],
  ] as const)('at level %s leaves out what matters less', (level, text) => {
    expect(logAll({ level, format: 'text' }).stderr).toBe(text);
  });

  it('gives the journal a priority on every line', () => {
    expect(logAll({ level: 'debug', format: 'text' }, (stream) => stream).stderr).toBe(
      '<3>Error: It failed.\n<3>Do this.\n<4>Warning: It may fail.\n<6>It goes on.\n<7>A \\x1b]0;hostile\\x07 detail.\n',
    );
  });

  it('gives no priorities when the journal’s stream was inherited and stderr goes elsewhere', () => {
    const { stderr } = logAll({ level: 'debug', format: 'text' }, () => '1:2');
    expect(stderr).toBe(logAll({ level: 'debug', format: 'text' }).stderr);
  });

  it('as json is one object a line, with time, level and message', () => {
    const { stderr } = logAll({ level: 'debug', format: 'json' }, (stream) => stream);
    const objects = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects).toEqual(
      messages.map(([level, message]) => ({ time: expect.stringMatching(/^\d{4}-.*Z$/), level, message })),
    );
  });
});
