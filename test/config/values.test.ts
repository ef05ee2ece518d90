import { describe, expect, it } from 'vitest';
import { variableOf } from '../../src/config/keys.ts';
import type { LoadedSettings } from '../../src/config/load.ts';
import { complaintsOf, loadYaml, withUrl } from './config-folder.ts';

const complaints = (yaml: string, environment: Record<string, string> = {}) =>
  complaintsOf(loadYaml(yaml, { ...withUrl, ...environment }));

describe('a wrong value in the file', () => {
  it('is named with line, column and rule', async () => {
    expect(await complaints('# one\n\nsync:\n  lookbackDays: 3\n  batchSize: lots\n')).toEqual([
      'config.yaml:5:14: sync.batchSize must be a whole number from 1 to 10000, not text.',
    ]);
  });

  it.each([
    ['sync: { batchSize: 0 }', 'sync.batchSize must be a whole number from 1 to 10000, not 0.'],
    ['sync: { batchSize: 10001 }', 'sync.batchSize must be a whole number from 1 to 10000, not 10001.'],
    ['sync: { batchSize: 1.5 }', 'sync.batchSize must be a whole number from 1 to 10000, not 1.5.'],
    ['sync: { batchSize: "7" }', 'sync.batchSize must be a whole number from 1 to 10000, not text.'],
    ['sync: { batchSize: .nan }', 'sync.batchSize must be a whole number from 1 to 10000, not NaN.'],
    ['sync: { batchSize: [7] }', 'sync.batchSize must be a whole number from 1 to 10000, not a list.'],
    ['sync: { batchSize: { a: 1 } }', 'sync.batchSize must be a whole number from 1 to 10000, not a group of keys.'],
    ['sync: { lookbackDays: 3651 }', 'sync.lookbackDays must be a whole number from 1 to 3650, not 3651.'],
    [
      'database: { connectTimeoutSeconds: 301 }',
      'database.connectTimeoutSeconds must be a whole number from 1 to 300, not 301.',
    ],
    [
      'database: { statementTimeoutSeconds: 0 }',
      'database.statementTimeoutSeconds must be a whole number from 1 to 3600, not 0.',
    ],
    ['brevo: { requestsPerSecond: 0 }', 'brevo.requestsPerSecond must be a number above 0 and at most 1000, not 0.'],
    [
      'brevo: { requestsPerSecond: .inf }',
      'brevo.requestsPerSecond must be a number above 0 and at most 1000, not Infinity.',
    ],
    ['brevo: { concurrency: 65 }', 'brevo.concurrency must be a whole number from 1 to 64, not 65.'],
    [
      'brevo: { baseUrl: api.brevo.com }',
      'brevo.baseUrl must be an address such as https://host/path, without user, password, ? and #.',
    ],
    [
      'brevo: { baseUrl: "https://u:hunter2@h/" }',
      'brevo.baseUrl must be an address such as https://host/path, without user, password, ? and #.',
    ],
    [
      'brevo: { attributes: { funnelType: funnel } }',
      'brevo.attributes.funnelType must be the name of a Brevo attribute in capitals (A-Z, 0-9, _).',
    ],
    ['outbox: { maxRetries: -1 }', 'outbox.maxRetries must be a whole number from 0 to 100, not -1.'],
    ['outbox: { retryStepMinutes: 1441 }', 'outbox.retryStepMinutes must be a whole number from 1 to 1440, not 1441.'],
    ['outbox: { leaseSeconds: 3601 }', 'outbox.leaseSeconds must be a whole number from 10 to 3600, not 3601.'],
    [
      'funnels: { language: { listId: -1 } }',
      'funnels.language.listId must be a whole number from 0 to 2147483647, not -1.',
    ],
    [
      'funnels: { language: { onPurchase: { listId: 1.5 } } }',
      'funnels.language.onPurchase.listId must be a whole number from 0 to 2147483647, not 1.5.',
    ],
    [
      'funnels: { language: { listId: 5, onPurchase: { listId: 5 } } }',
      'funnels.language.onPurchase.listId must be another list than listId of the same funnel: buyers would join the very list that they leave.',
    ],
    [
      'funnels: { language: { onPurchase: { leaveFunnelList: yes } } }',
      'funnels.language.onPurchase.leaveFunnelList must be true or false, not text.',
    ],
    [
      'funnels: { language: { onPurchase: { leaveFunnelList: 1 } } }',
      'funnels.language.onPurchase.leaveFunnelList must be true or false, not 1.',
    ],
    [
      'funnels: { non_language: { onPurchase: 5 } }',
      'funnels.non_language.onPurchase must be a group of keys ("key: value" lines), not a number.',
    ],
    ['funnels: { language: { source: "" } }', 'funnels.language.source must be a text of 1 to 64 characters.'],
    [
      'funnels: { language: { source: 2026 } }',
      'funnels.language.source must be a text of 1 to 64 characters, not 2026. Put it in quotes.',
    ],
    ['modx: { tablePrefix: "a`b" }', 'modx.tablePrefix must be made of letters, digits, _, $ and - only, 64 at most.'],
    ['modx: { database: "" }', 'modx.database must be made of letters, digits, _, $ and - only, 64 at most.'],
    [
      'report: { timezone: Europe/Nowhere }',
      'report.timezone must be the name of a time zone such as Europe/Kyiv, or an offset from -13:59 to +14:00 such as +02:00.',
    ],
    [
      'database: { timezone: "+15:00" }',
      'database.timezone must be the name of a time zone such as Europe/Kyiv, or an offset from -13:59 to +14:00 such as +02:00.',
    ],
    ['utm: { source: "a b" }', 'utm.source must be made of letters, digits, _, . and - only, 64 at most.'],
    ['log: { level: loud }', 'log.level must be error, warn, info or debug.'],
    ['log: { format: xml }', 'log.format must be text or json.'],
    ['sync: 5', 'sync must be a group of keys ("key: value" lines), not a number.'],
    ['sync: [1]', 'sync must be a group of keys ("key: value" lines), not a list.'],
    ['- sync', 'the file must be a group of keys ("key: value" lines), not a list.'],
    ['just words', 'the file must be a group of keys ("key: value" lines), not text.'],
  ])('%s', async (yaml, complaint) => {
    const [first, ...others] = await complaints(`${yaml}\n`);
    expect(first?.replace(/^config\.yaml:1:\d+: /, '')).toBe(complaint);
    expect(others).toEqual([]);
  });

  it('is never shown when it is a secret', async () => {
    for (const key of ['"two words"', '12345678', '{ k: 12345678 }']) {
      const [line] = await complaints(`brevo: { apiKey: ${key} }`);
      expect(line).toMatch(/brevo\.apiKey must be one word .*, 512 at most/);
      expect(line).not.toMatch(/two words|12345678/);
    }
  });

  it('is reported together with all others, in the order of the file, variables last', async () => {
    const yaml = 'outbox:\n  leaseSeconds: soon\nsnyc: 1\nbrevo:\n  concurrency: 0\n  timeoutSeconds: x\n';
    expect(await complaints(yaml, { FUNNELS_LOG_LEVEL: 'loud', FUNNELS_SYNC_BATCH_SIZE: '12abc' })).toEqual([
      expect.stringMatching(/^config\.yaml:2:17: outbox\.leaseSeconds must/),
      'config.yaml:3:1: unknown key "snyc". Did you mean "sync"?',
      expect.stringMatching(/^config\.yaml:5:16: brevo\.concurrency must/),
      expect.stringMatching(/^config\.yaml:6:19: brevo\.timeoutSeconds must/),
      'FUNNELS_SYNC_BATCH_SIZE must be a whole number from 1 to 10000, not text.',
      'FUNNELS_LOG_LEVEL must be error, warn, info or debug.',
    ]);
  });

  it('does not matter when a variable overrides it', async () => {
    const { settings } = await loadYaml('sync: { batchSize: lots }', { ...withUrl, FUNNELS_SYNC_BATCH_SIZE: '20' });
    expect(settings.sync.batchSize).toBe(20);
  });
});

describe('values at their limits', () => {
  it('are taken', async () => {
    const { settings } = await loadYaml(
      [
        'database: { timezone: "-13:59" }',
        'modx: { database: site-1, tablePrefix: modx$_ }',
        'brevo: { requestsPerSecond: 0.25, concurrency: 64, timeoutSeconds: 300, baseUrl: "http://127.0.0.1:8080/v3/" }',
        'outbox: { maxRetries: 0, retryStepMinutes: 1440, leaseSeconds: 3600 }',
        'sync: { batchSize: 10000, lookbackDays: 3650 }',
        'report: { timezone: America/New_York }',
      ].join('\n'),
      withUrl,
    );
    expect(settings).toMatchObject({
      database: { timezone: '-13:59' },
      modx: { database: 'site-1', tablePrefix: 'modx$_' },
      brevo: { requestsPerSecond: 0.25, concurrency: 64, timeoutSeconds: 300, baseUrl: 'http://127.0.0.1:8080/v3' },
      outbox: { maxRetries: 0, retryStepMinutes: 1440, leaseSeconds: 3600 },
      sync: { batchSize: 10_000, lookbackDays: 3650 },
      report: { timezone: 'America/New_York' },
    });
  });
});

describe('a list of the number 0', () => {
  it.each([
    'funnels.language',
    'funnels.non_language',
    'funnels.language.onPurchase',
    'funnels.non_language.onPurchase',
  ])('is none: %s', async (group) => {
    const listOf = ({ settings }: LoadedSettings): unknown =>
      `${group}.listId`.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], settings);
    const yaml = (id: number): string => `${group}.listId: ${id}\n`;
    expect(listOf(await loadYaml(yaml(0), withUrl))).toBeUndefined();
    expect(listOf(await loadYaml(yaml(7), withUrl))).toBe(7);
    // The only way to take back by a variable what the file says, as an empty one counts as not set.
    const variable = variableOf(`${group}.listId`);
    expect(listOf(await loadYaml(yaml(7), { ...withUrl, [variable]: '0' }))).toBeUndefined();
  });

  it('is no list that another could be the same as', async () => {
    const yaml = 'funnels: { language: { listId: 0, onPurchase: { listId: 0, leaveFunnelList: true } } }\n';
    expect((await loadYaml(yaml, withUrl)).settings.funnels.language).toEqual({
      listId: undefined,
      source: undefined,
      onPurchase: { listId: undefined, leaveFunnelList: true },
    });
  });
});

describe('sync.notBefore', () => {
  it.each([
    ['2026-12-01', '2026-12-01 00:00:00'],
    ['"2026-12-01"', '2026-12-01 00:00:00'],
    ['2026-12-01 08:30', '2026-12-01 08:30:00'],
    ['2026-12-01 08:30:59', '2026-12-01 08:30:59'],
    ['2026-12-01T23:59:59', '2026-12-01 23:59:59'],
    ['2028-02-29', '2028-02-29 00:00:00'],
  ])('takes %s, in the file and in a variable', async (text, moment) => {
    expect((await loadYaml(`sync: { notBefore: ${text} }\n`, withUrl)).settings.sync.notBefore).toBe(moment);
    const variable = { FUNNELS_SYNC_NOT_BEFORE: text.replaceAll('"', '') };
    expect((await loadYaml('', { ...withUrl, ...variable })).settings.sync.notBefore).toBe(moment);
  });

  it.each([
    '2026-02-29',
    '2026-13-01',
    '26-12-01',
    '01.12.2026',
    '0000-00-00',
    '2026-12-01 24:00',
    '2026-12-01 8:30',
    '2026-12-01 08:30:00.5',
    '2026-12-01T08:30:00Z',
    '2026-12-01 08:30 +02:00',
    '20261201',
    'today',
    '[2026-12-01]',
  ])('refuses %s with its place', async (text) => {
    const reason = /sync\.notBefore must be a day such as 2026-12-01 or a day and a time such as "2026-12-01 08:30", /;
    const [line, ...others] = await complaints(`# one\nsync:\n  notBefore: ${text}\n`);
    expect(line).toMatch(/^config\.yaml:3:14: /);
    expect(line).toMatch(reason);
    expect(others).toEqual([]);
    const [variable] = await complaints('', { FUNNELS_SYNC_NOT_BEFORE: text });
    expect(variable).toMatch(/^FUNNELS_SYNC_NOT_BEFORE must be a day /);
  });
});

describe('outbox.leaseSeconds', () => {
  it('must be larger than brevo.timeoutSeconds, and says why', async () => {
    const reason = /outbox\.leaseSeconds must be larger than brevo\.timeoutSeconds: .* sends it a second time\.$/;
    const [both] = await complaints('outbox: { leaseSeconds: 60 }\nbrevo: { timeoutSeconds: 60 }\n');
    expect(both).toMatch(/^config\.yaml:1:25: outbox/);
    expect(both).toMatch(reason);
    const [onlyTimeout] = await complaints('brevo: { timeoutSeconds: 120 }\n');
    expect(onlyTimeout).toMatch(/^config\.yaml:1:26: brevo\.timeoutSeconds does not fit: outbox/);
    expect(onlyTimeout).toMatch(reason);
    const [variable] = await complaints('', { FUNNELS_OUTBOX_LEASE_SECONDS: '15' });
    expect(variable).toMatch(/^FUNNELS_OUTBOX_LEASE_SECONDS must be larger/);
    expect((await loadYaml('outbox: { leaseSeconds: 16 }', withUrl)).settings.outbox.leaseSeconds).toBe(16);
  });
});

describe('utm.campaigns', () => {
  it('must differ, capitals aside, and says why, whichever of the two was given', async () => {
    const reason = /utm\.campaigns\.non_language must differ from utm\.campaigns\.language, .* apart\.$/;
    const [both] = await complaints('utm: { campaigns: { language: a, non_language: A } }\n');
    expect(both).toMatch(/^config\.yaml:1:48: utm/);
    expect(both).toMatch(reason);
    const [one] = await complaints('', { FUNNELS_UTM_CAMPAIGNS_LANGUAGE: 'non_language_funnel' });
    expect(one).toMatch(/^FUNNELS_UTM_CAMPAIGNS_LANGUAGE does not fit: utm/);
    expect(one).toMatch(reason);
  });
});
