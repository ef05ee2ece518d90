import { describe, expect, it } from 'vitest';
import { complaintsOf, loadYaml, withUrl } from './config-folder.ts';

const complaints = (yaml: string) => complaintsOf(loadYaml(yaml, withUrl));

describe('unknown keys', () => {
  it.each([
    ['sync:\n  lookback: 3\n', 'config.yaml:2:3: unknown key in sync. Did you mean "sync.lookbackDays"?'],
    ['sync:\n  batch_size: 3\n', 'config.yaml:2:3: unknown key "sync.batch_size". Did you mean "sync.batchSize"?'],
    ['batchSize: 3\n', 'config.yaml:1:1: unknown key. Did you mean "sync.batchSize"?'],
    [
      'database: { password: hunter2 }',
      'config.yaml:1:13: unknown key in database. Did you mean "database.passwordFile"?',
    ],
    [
      'database:\n  nonsense: 1\n',
      'config.yaml:2:3: unknown key in database. database can hold url, passwordFile, tlsCaFile, timezone, connectTimeoutSeconds, statementTimeoutSeconds.',
    ],
    ['log:\n  qqqqqqqqqq: 1\n', 'config.yaml:2:3: unknown key in log. log can hold level, format.'],
  ])('%j', async (yaml, complaint) => {
    expect(await complaints(yaml)).toEqual([complaint]);
  });

  it('at the top are answered with the groups there are', async () => {
    expect(await complaints('qqqqqqqqqqqqqqq: 1')).toEqual([
      'config.yaml:1:1: unknown key. The file can hold database, modx, funnels, sync, brevo, outbox, report, utm, log.',
    ]);
  });
});

describe('broken YAML', () => {
  it.each([
    ['sync:\n\tbatchSize: 1\n', /^config\.yaml:2:1: tabs cannot be used for indentation\. Use spaces\.$/],
    ['sync: [1\nlog: 2\n', /^config\.yaml:2:1: the indentation .*\.$/],
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

describe('merge keys', () => {
  it('bring in what the group itself does not say, nearest first', async () => {
    const yaml = [
      'funnels:',
      '  language: &first { listId: 7, source: a, onPurchase: { listId: 9 } }',
      '  non_language: { <<: [{ source: b }, *first], onPurchase: { leaveFunnelList: false } }',
    ].join('\n');
    const { settings } = await loadYaml(yaml, withUrl);
    expect(settings.funnels.non_language).toEqual({
      listId: 7,
      source: 'b',
      onPurchase: { listId: undefined, leaveFunnelList: false },
    });
  });

  it('of something that is no group, or in a circle, are no trouble', async () => {
    expect(await complaints('sync: { <<: 5 }\n')).toEqual([
      'config.yaml:1:7: "<<" in this group merges something that is no group of keys.',
    ]);
    const { settings } = await loadYaml('sync: &s { <<: *s, batchSize: 3 }\n', withUrl);
    expect(settings.sync.batchSize).toBe(3);
  });
});

describe('a key with a dot in its name', () => {
  it('is the same as one in its group, and not both', async () => {
    expect((await loadYaml('sync.batchSize: 3\nfunnels.language: { listId: 4 }\n', withUrl)).settings).toMatchObject({
      sync: { batchSize: 3 },
      funnels: { language: { listId: 4 } },
    });
    expect(await complaints('sync.batchSize: 3\nsync: { batchSize: 4 }\n')).toEqual([
      'config.yaml:2:20: sync.batchSize is given twice, once with a dot in its name. Keep one of the two.',
    ]);
  });
});

it('a file nested too deeply for any reader is refused as configuration', async () => {
  expect(await complaints('['.repeat(100_000))).toEqual([expect.stringMatching(/^config\.yaml/)]);
});
