import { describe, expect, it } from 'vitest';
import { complaintsOf, loadYaml, withUrl } from './config-folder.ts';

const complaints = (yaml: string, environment: Record<string, string> = {}) =>
  complaintsOf(loadYaml(yaml, { ...withUrl, ...environment }));

describe('a list of number 0', () => {
  it('is none, in the file and in a variable, for a funnel and for its buyers', async () => {
    const yaml = 'funnels: { language: { listId: 0, onPurchase: { listId: 0 } } }';
    const { settings } = await loadYaml(yaml, { ...withUrl, FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '0' });
    expect(settings.funnels.language).toMatchObject({ listId: undefined, onPurchase: { listId: undefined } });
    expect(settings.funnels.non_language.listId).toBeUndefined();
  });
});

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
    ['sync: { notBefore: 2026-02-30 }', 'sync.notBefore must be a day, written YYYY-MM-DD.'],
    ['sync: { notBefore: 1.12.2026 }', 'sync.notBefore must be a day, written YYYY-MM-DD.'],
    ['sync: { notBefore: 2026-12-01T10:00 }', 'sync.notBefore must be a day, written YYYY-MM-DD.'],
    [
      'sync: { notBefore: 20261201 }',
      'sync.notBefore must be a day, written YYYY-MM-DD, not 20261201. Put it in quotes.',
    ],
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
