import { describe, expect, it } from 'vitest';
import { complaintsOf, loadYaml, withUrl } from './config-folder.ts';

const complaints = (yaml: string) => complaintsOf(loadYaml(yaml, withUrl));

describe('unknown keys', () => {
  it.each([
    ['sync:\n  lookback: 3\n', 'config.yaml:2:3: unknown key "sync.lookback". Did you mean "sync.lookbackDays"?'],
    ['sync:\n  batch_size: 3\n', 'config.yaml:2:3: unknown key "sync.batch_size". Did you mean "sync.batchSize"?'],
    ['batchSize: 3\n', 'config.yaml:1:1: unknown key "batchSize". Did you mean "sync.batchSize"?'],
    [
      'database: { password: hunter2 }',
      'config.yaml:1:13: unknown key "database.password". Did you mean "database.passwordFile"?',
    ],
    ['log:\n  qqqqqqqqqq: 1\n', 'config.yaml:2:3: unknown key "log.qqqqqqqqqq". log can hold level, format.'],
  ])('%j', async (yaml, complaint) => {
    expect(await complaints(yaml)).toEqual([complaint]);
  });

  it('at the top are answered with the groups there are', async () => {
    expect(await complaints('qqqqqqqqqqqqqqq: 1')).toEqual([
      'config.yaml:1:1: unknown key "qqqqqqqqqqqqqqq". The file can hold database, modx, funnels, sync, brevo, outbox, report, utm, log.',
    ]);
  });
});

describe('broken YAML', () => {
  it.each([
    ['sync:\n\tbatchSize: 1\n', /^config\.yaml:2:1: Tabs are not allowed as indentation\.$/],
    ['sync: [1\nlog: 2\n', /^config\.yaml:2:1: Flow sequence .*\.$/],
    ['log: {}\n---\nlog: {}\n', /^config\.yaml:2:1: a second YAML document begins here\. .*\.$/],
    ['sync: { batchSize: 1 }\nsync: { batchSize: 1 }\n', /^config\.yaml:2:1: the key "sync" is given twice/],
    ['sync:\n  batchSize: 1\n  batchSize: 1\n', /^config\.yaml:3:3: the key "batchSize" is given twice/],
    ['log: *missing\n', /^config\.yaml:1:6: log must be a group of keys .*, not an unknown alias\.$/],
  ])('%j is one line with its place', async (yaml, expected) => {
    const lines = await complaints(yaml);
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  it('is not followed by complaints about what could not be read', async () => {
    expect(await complaintsOf(loadYaml('database: [\n', {}))).toHaveLength(1);
  });

  it.each([
    'brevo:\n  apiKey: "hunter2\n',
    'brevo:\n  apiKey: "x" hunter2\n',
    'brevo:\n  apiKey: "\\hunter2"\n',
    'brevo:\n  apiKey: !hunter2\n',
    'brevo:\n  apiKey: !hunter2 x\n',
    'brevo:\n  apiKey: *hunter2\n',
    'brevo:\n  apiKey: &hunter2\n',
    'brevo:\n  apiKey: @hunter2\n',
    'brevo:\n  apiKey: |hunter2\n',
    'brevo:\n  apiKey: x: hunter2\n',
    'brevo:\n  apiKey: ]hunter2\n',
    'brevo: { apiKey: }hunter2\n',
    'brevo:\n  apiKey: x\n hunter2\n',
    '%hunter2\n---\nbrevo: {}\n',
  ])('quotes no secret of %j', async (yaml) => {
    const text = (await complaints(yaml)).join('\n');
    expect(text).toMatch(/^config\.yaml:\d+:\d+: /);
    expect(text).not.toContain('hunter2');
  });
});

describe('aliases', () => {
  it('carry values and groups', async () => {
    const yaml = 'funnels:\n  language: &same { listId: &id 7 }\n  non_language: *same\nsync: { batchSize: *id }\n';
    const { settings } = await loadYaml(yaml, withUrl);
    expect(settings.funnels.non_language.listId).toBe(7);
    expect(settings.sync.batchSize).toBe(7);
  });
});
