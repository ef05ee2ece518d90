import { describe, expect, it } from 'vitest';
import { folderWith } from '../config/config-folder.ts';
import { noEtc } from '../support/no-etc.ts';
import { type Run, runFunnels } from '../support/program.ts';

const url = 'mysql://funnels:correct-horse@db.example:3307/testizer';
const allSettings = 'Every key is explained by: funnels config example';

async function runIn(yaml: string, ...words: string[]): Promise<Run> {
  return runFunnels(words, { cwd: folderWith({ 'config.yaml': yaml }) });
}

function refused(message: string, hint: string): Run {
  return { code: 78, signal: null, stdout: '', stderr: `Error: ${message}\n${hint}\n` };
}

describe('a configuration that cannot be used ends the program with 78, and one message:', () => {
  it('there is none', async () => {
    const { code, stdout, stderr } = await runFunnels(['sync'], { cwd: folderWith() });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain(
      `Error: database.url is not set. Looked in config.yaml (not there) and ${noEtc}/config.yaml (not there)`,
    );
    expect(stderr).toContain('\nSet FUNNELS_DATABASE_URL=mysql://');
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });

  it('the file that --config names is not there', async () => {
    const { code, stdout, stderr } = await runFunnels(['sync', '--config', '/nowhere/funnels.yaml']);
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(
      /^Error: The configuration file \/nowhere\/funnels\.yaml \(named by --config\) cannot be read: it does not exist\.\n/,
    );
  });

  it('its YAML is broken at line 7', async () => {
    const yaml = `database:\n  url: ${url}\nsync:\n  lookbackDays: 30\nlog:\n  level: info\n\tformat: text\n`;
    const { code, stdout, stderr } = await runIn(yaml, 'report', 'conversions');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^Error: config\.yaml:7:\d+: .+\.\n/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });

  it('a key is mistyped', async () => {
    const yaml = `database:\n  url: ${url}\nsync:\n  lookbackDay: 30\n`;
    expect(await runIn(yaml, 'drain-outbox')).toEqual(
      refused('config.yaml:4:3: unknown key "sync.lookbackDay". Did you mean "sync.lookbackDays"?', allSettings),
    );
  });

  it('a value is of the wrong kind, in the file or in a variable', async () => {
    const yaml = `database:\n  url: ${url}\nsync:\n  batchSize: many\n`;
    const complaint = 'must be a whole number from 1 to 10000, not text.';
    expect(await runIn(yaml, 'sync')).toEqual(refused(`config.yaml:4:14: sync.batchSize ${complaint}`, allSettings));
    const environment = { FUNNELS_DATABASE_URL: url, FUNNELS_SYNC_BATCH_SIZE: 'many' };
    expect(await runFunnels(['sync'], { environment })).toEqual(
      refused(`FUNNELS_SYNC_BATCH_SIZE ${complaint}`, allSettings),
    );
  });

  it('the port of the database is no number; the password beside it is not shown', async () => {
    const yaml = 'database:\n  url: mysql://funnels:correct-horse@db.example:abc/testizer\n';
    const { code, stdout, stderr } = await runIn(yaml, 'migrate');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^Error: config\.yaml:2:8: database\.url .*port/);
    expect(stderr).not.toContain('correct-horse');
  });

  it('a variable is misspelt', async () => {
    const environment = { FUNNELS_DATABASE_URL: url, FUNNELS_SYNC_LOOKBACK_DAY: '3' };
    expect(await runFunnels(['config', 'check'], { environment })).toEqual(
      refused('unknown variable FUNNELS_SYNC_LOOKBACK_DAY. Did you mean FUNNELS_SYNC_LOOKBACK_DAYS?', allSettings),
    );
  });

  it('and with --json, one object', async () => {
    const { code, stdout, stderr } = await runIn('sync: 5\n', 'config', 'check', '--json');
    expect({ code, stderr }).toEqual({ code: 78, stderr: '' });
    const { error } = JSON.parse(stdout) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: 'configuration', exit: 78 });
    expect(error.message).toContain('config.yaml:1:7: sync must be a group of keys');
  });
});
