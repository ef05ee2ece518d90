import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadYaml, withUrl } from '../config/config-folder.ts';
import { addOldEntries, createPredecessorTables } from '../migrate/predecessor.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { runFunnels } from '../support/program.ts';
import { ago, createSite } from '../support/site.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';

const guide = readFileSync('docs/moving.md', 'utf8');

/** The lines of the guide's blocks in a language, in its order, without remarks. */
function linesOf(language: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/ +(#|--) .*$/, '').trim())
    .filter((line) => line !== '');
}

/** What stops the old service on its machine: nothing that can be tried here. */
const aroundIt = ['sudo crontab', 'grep', 'systemctl', 'docker', 'pgrep'];

describe.each(engines)('the guide for moving from the Python service, on %s', (engine) => {
  let place: TestDatabase;
  let brevo: FakeBrevo;
  beforeEach(async () => {
    place = await createTestDatabase(engine);
    brevo = await startFakeBrevo();
    await createPredecessorTables(place);
  });
  afterEach(async () => {
    await brevo.close();
    await place.drop();
  });

  /** What each person is for stands in the test's expectations. */
  async function fill(): Promise<void> {
    const site = await createSite(place);
    const day = (days: number): Promise<string> => ago(place, days * 86_400);
    await addOldEntries(
      place,
      { email: 'twice@example.com', enteredAt: await day(60) },
      { email: 'Twice@example.com', enteredAt: await day(50) },
      { email: ' typed@example.com', enteredAt: await day(5) },
      { email: 'waiting@example.com', enteredAt: await day(4) },
      { email: 'deleted@example.com', enteredAt: await day(4) },
      { email: 'old@example.com', enteredAt: await day(90) },
    );
    const jobs = [
      [3, ' typed@example.com', 'failed', 5],
      [4, 'waiting@example.com', 'pending', 4],
      [5, 'deleted@example.com', 'pending', 4],
      [6, 'old@example.com', 'failed', 90],
    ] as const;
    for (const [entry, email, status, days] of jobs) {
      const payload = { email, funnel_type: 'language', list_ids: [5], attributes: { FUNNEL_TYPE: 'language' } };
      await place.admin(
        `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, last_error,
           created_at, updated_at) VALUES (?, 'upsert_contact', ?, ?, 0, 'Brevo API error: 400', ?, ?)`,
        [entry, JSON.stringify(payload), status, await day(days), await day(days)],
      );
    }
    await place.admin('DELETE FROM funnel_entries WHERE id = 5');
    await site.finish('waiting@example.com', 5, await day(5));
    await site.finish('passed-over@example.com', 5, await day(10));
    await site.finish('new@example.com', 5, await ago(place, 60));
  }

  async function run(words: string, more: Record<string, string> = {}): Promise<string> {
    const environment = {
      FUNNELS_DATABASE_URL: place.url,
      FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
      FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '0',
      FUNNELS_BREVO_BASE_URL: brevo.url,
      BREVO_API_KEY: brevo.apiKey,
      ...more,
    };
    const { code, stdout, stderr } = await runFunnels(words.split(' '), { environment });
    expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: expect.not.stringMatching(/^(Error|Warning)/m) });
    return stdout;
  }

  async function apply(script: string | undefined): Promise<void> {
    const code = (script ?? '').split('\n').filter((line) => !line.startsWith('--'));
    for (const statement of code.join('\n').split(';')) if (statement.trim() !== '') await place.admin(statement);
  }

  /** Does what the blocks say, line by line; returns what was printed, by line, and the files that were written. */
  async function follow(
    environment: Record<string, string>,
  ): Promise<{ printed: Map<string, string>; files: Map<string, string> }> {
    const printed = new Map<string, string>();
    const files = new Map<string, string>();
    for (const line of linesOf('sh')) {
      const [, words, file] = /^sudo funnels (.*?)(?: > (\S+))?$/.exec(line) ?? [];
      const [, script] = /^mariadb .*< (\S+)$/.exec(line) ?? [];
      if (words !== undefined) {
        const text = await run(words, environment);
        if (file === undefined) printed.set(words, text);
        else files.set(file, text);
      } else if (script !== undefined) await apply(files.get(script));
      else if (line !== 'diff before.txt after.txt')
        expect(aroundIt).toContain(aroundIt.find((one) => line.startsWith(one)));
    }
    return { printed, files };
  }

  it('can be followed line by line, and everybody comes out as it says', async () => {
    await fill();
    const { printed, files } = await follow({});
    expect(files.get('before.txt')).toContain('language: entries=5, purchased=0');
    expect(files.get('after.txt')).toContain('language: entries=4, purchased=0');
    expect(files.get('clean-up.sql')).toContain('twice@example.com');
    expect(printed.get('migrate --adopt')).toMatch(/entry gone +1 waiting job .* job 3 /);
    expect(printed.get('outbox list --entry-gone')).toMatch(/^3\tpending\tentry gone/m);
    expect(printed.get('outbox retry --failed --newer-than 30d')).toContain('1 job is pending again');
    expect(printed.get('sync --dry-run')).toContain('entered\t2\n');
    expect(files.get('first.csv')).toMatch(/^entered,.*passed-over@example\.com/m);
    expect([...brevo.contacts.keys()].sort()).toEqual([
      'new@example.com',
      'passed-over@example.com',
      'typed@example.com',
      'waiting@example.com',
    ]);
  });

  it('begins with today where that is wanted, as it says', async () => {
    await fill();
    const [yaml = ''] = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
    expect((await loadYaml(yaml, withUrl)).settings.sync.notBefore).toBe('2026-12-01');
    const today = (await ago(place, 3600)).slice(0, 10);
    const { printed } = await follow({ FUNNELS_SYNC_NOT_BEFORE: today });
    expect(printed.get('sync')).toContain('results\tfinished_before_start\t1\n');
    expect([...brevo.contacts.keys()].sort()).toEqual(['new@example.com', 'typed@example.com', 'waiting@example.com']);
  });

  it.runIf(engine === 'mysql')('has statements that the server takes', async () => {
    const name = `old_${randomBytes(4).toString('hex')}`;
    onTestFinished(async () => {
      const place = await createTestDatabase('mysql');
      await place.admin(`DROP USER IF EXISTS '${name}'@'localhost'`);
      await place.drop();
    });
    await place.admin(`CREATE USER '${name}'@'localhost' IDENTIFIED BY 'pw'`);
    await fill();
    const statements = linesOf('sql').map((line) => line.replaceAll('testizer_user', name));
    expect(statements).toHaveLength(5);
    for (const statement of statements) await place.admin(statement);
    expect(await place.admin(`SELECT User FROM mysql.user WHERE User = '${name}'`)).toEqual([]);
  });
});

it('the guide translates every variable of the old service, and its links lead somewhere', () => {
  const old = [
    'DB_HOST',
    'DB_PORT',
    'DB_NAME',
    'DB_USER',
    'DB_PASSWORD',
    'DB_CHARSET',
    'BREVO_API_KEY',
    'BREVO_BASE_URL',
  ];
  const more = [
    'BREVO_LANGUAGE_LIST_ID',
    'BREVO_NON_LANGUAGE_LIST_ID',
    'APP_DRY_RUN',
    'APP_LOG_LEVEL',
    'APP_ENV',
    'SENTRY_DSN',
  ];
  for (const name of [...old, ...more]) expect(guide).toMatch(new RegExp(`^\\| [^|]*\`${name}\``, 'm'));
  const anchors = (text: string): string[] =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
  const pages = { '': guide, 'operations.md': readFileSync('docs/operations.md', 'utf8') };
  for (const [, page = '', anchor = ''] of guide.matchAll(/\]\(([\w.-]*)#([\w-]+)\)/g))
    expect(anchors(pages[page as keyof typeof pages])).toContain(anchor);
});
