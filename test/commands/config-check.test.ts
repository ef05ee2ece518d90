import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingKeys } from '../../src/config/keys.ts';
import { folderWith } from '../config/config-folder.ts';
import { runFunnels } from '../support/program.ts';

const yaml = [
  'database:',
  '  url: mysql://funnels:correct-horse@db.example:3307/testizer',
  'brevo:',
  '  apiKey: xkeysib-battery-staple',
  'sync:',
  '  lookbackDays: 14',
  '',
].join('\n');

interface Checked {
  source: string;
  settings: { key: string; value: string; origin: string }[];
}

describe('funnels config check', () => {
  it('prints every setting with its value and where it comes from, secrets hidden, and connects to nothing', async () => {
    const cwd = folderWith({ 'config.yaml': yaml });
    const { code, stdout, stderr } = await runFunnels(['config', 'check'], {
      cwd,
      environment: { FUNNELS_SYNC_BATCH_SIZE: '50' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split('\t')[0])).toEqual(settingKeys.map(({ key }) => key));
    expect(lines).toContain('database.url\tmysql://funnels:***@db.example:3307/testizer\tfile');
    expect(lines).toContain('brevo.apiKey\t***\tfile');
    expect(lines).toContain('sync.lookbackDays\t14\tfile');
    expect(lines).toContain('sync.batchSize\t50\tenvironment');
    expect(lines).toContain('outbox.maxRetries\t5\tdefault');
  });

  it('says for people which file is valid', async () => {
    const cwd = folderWith({ 'config.yaml': yaml });
    const { stdout } = await runFunnels(['config', 'check', '--format', 'table'], { cwd });
    expect(stdout).toContain(`The configuration is valid (${join(cwd, 'config.yaml')}).\n`);
    expect(stdout).toMatch(/^Setting +Value +From *$/m);
  });

  it('gives the same as JSON, for --json and for --format json', async () => {
    const path = join(folderWith({ 'other.yaml': yaml }), 'other.yaml');
    const [json, format] = await Promise.all([
      runFunnels(['config', 'check', '--json', '-c', path]),
      runFunnels(['config', 'check', '--format', 'json', '--config', path]),
    ]);
    const checked = JSON.parse(json.stdout) as Checked;
    expect(checked.source).toBe(path);
    expect(checked.settings).toContainEqual({ key: 'brevo.apiKey', value: '***', origin: 'file' });
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(format).toEqual(json);
  });
});
