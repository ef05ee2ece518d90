import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { givableKeys } from '../../src/config/keys.ts';
import { createAccount } from '../commands/account.ts';
import { type FakeBrevo, startFakeBrevo } from '../support/fake-brevo.ts';
import { noEtc } from '../support/no-etc.ts';
import { commandLine } from '../support/program.ts';
import { ago, createSite, type TestSite } from '../support/site.ts';
import { createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { addOldEntries, createPredecessorTables } from './predecessor.ts';

const guide = readFileSync('docs/moving.md', 'utf8');

/** The lines of the guide's blocks in that language, in their order. */
function linesOf(language: 'sh' | 'sql'): string[] {
  const blocks = guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return [...blocks].flatMap(([, block = '']) => block.trimEnd().split('\n'));
}

const day = 86_400;
const quoted = (path: string): string => `'${path}'`;

describe.each(engines)('the moving guide, followed to the letter on %s', (engine) => {
  let place: TestDatabase;
  let site: TestSite;
  let brevo: FakeBrevo;
  let folder: string;
  const cleanUps: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    place = await createTestDatabase(engine);
    site = await createSite(place);
    brevo = await startFakeBrevo();
    folder = mkdtempSync(join(tmpdir(), 'funnels-moving-'));
    shim('funnels', `exec ${commandLine().map(quoted).join(' ')} "$@"`);
    shim('sudo', 'exec "$@"');
    writeFileSync(join(folder, 'config.yaml'), settings(place.url), { mode: 0o600 });
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
    await brevo.close();
    await place.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  function shim(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  function settings(url: string): string {
    return [
      `database: { url: "${url}" }`,
      'funnels: { language: { listId: 5 }, non_language: { listId: 7 } }',
      `brevo: { baseUrl: "${brevo.url}", apiKey: "${brevo.apiKey}" }`,
      '',
    ].join('\n');
  }

  /** Runs a line as it stands there, by a shell, and returns what it printed. */
  async function type(line: string): Promise<string> {
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin`, HOME: process.env.HOME, FUNNELS_ETC: noEtc },
    });
    child.stdin.end();
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const [code] = await once(child, 'close');
    expect({ line, code, printed }).toEqual({ line, code: 0, printed });
    return printed;
  }

  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

  /** What the database's own client does with the clean-up: comments are skipped, semicolons end statements. */
  async function cleanUp(): Promise<void> {
    const code = text('clean-up.sql')
      .split('\n')
      .filter((line) => !line.startsWith('--'));
    for (const statement of code.join('\n').split(';')) if (statement.trim() !== '') await place.admin(statement);
  }

  /** The reader of step 1: an account of its own, where there are accounts. */
  async function writeBefore(): Promise<void> {
    expect(text('before.yaml')).toMatch(
      /^database:\n {2}url: mysql:\/\/reader@\S+\n {2}passwordFile: report-password\n$/,
    );
    if (engine === 'sqlite') {
      writeFileSync(join(folder, 'before.yaml'), `database: { url: "${place.url}" }\n`);
      return;
    }
    const account = await createAccount(place, 'SELECT');
    cleanUps.push(() => account.remove());
    const url = new URL(account.url);
    url.password = '';
    writeFileSync(join(folder, 'report-password'), account.password, { mode: 0o600 });
    writeFileSync(join(folder, 'before.yaml'), text('before.yaml').replace(/mysql:\S+/, url.href));
  }

  async function leaveAsTheOldServiceDoes(): Promise<void> {
    await createPredecessorTables(place, { charset: 'utf8mb4' });
    const long = await ago(place, 60 * day);
    await addOldEntries(
      place,
      { email: 'ann@example.com', enteredAt: long },
      { email: 'Ann@example.com ', enteredAt: await ago(place, 50 * day) },
      { email: 'Bob@example.com', enteredAt: long },
      { email: 'cat@example.com', enteredAt: await ago(place, 10 * day), funnelType: 'non_language' },
    );
    await place.admin(
      'UPDATE funnel_entries SET certificate_purchased = 1, certificate_purchased_at = ? WHERE id = 4',
      [await ago(place, 9 * day)],
    );
    const payload = { email: ' Cat@example.com', funnel_type: 'non_language', list_ids: [7] };
    const at = await ago(place, 10 * day);
    await place.admin(
      `INSERT INTO brevo_sync_outbox (funnel_entry_id, operation_type, payload, status, retry_count, last_error, created_at,
         updated_at) VALUES (4, 'upsert_contact', ?, 'failed', 5, '400 Client Error: Bad Request', ?, ?)`,
      [JSON.stringify({ ...payload, attributes: { FUNNEL_TYPE: 'non_language' } }), at, at],
    );
    // Taken in by the old service; never taken by it; finished since.
    await site.finish('ann@example.com', 5, await ago(place, 51 * day));
    await site.finish('bob@example.com', 5, await ago(place, 61 * day));
    await site.finish('cat@example.com', 7, await ago(place, 11 * day));
    await site.finish('dan@example.com', 5, await ago(place, 20 * day));
    await site.finish('eve@example.com', 5, await ago(place, 3600));
    // Bob's was missed for his capital; Cat's was refunded before anybody recorded it.
    await site.pay('bob@example.com', 1, await ago(place, 40 * day));
    await site.pay('cat@example.com', 2, await ago(place, 9 * day), 3);
  }

  it('does what it says, from the first figures to the last', async () => {
    await leaveAsTheOldServiceDoes();
    const said = new Map<string, string>();
    for (const line of linesOf('sh')) {
      if (line.startsWith('sudo mariadb ')) await cleanUp();
      else said.set(line, (said.get(line) ?? '') + (await type(line)));
      if (line.startsWith('printf ')) await writeBefore();
    }
    const told = (part: string): string =>
      [...said].flatMap(([line, printed]) => (line.includes(part) ? [printed] : [])).join('');

    expect(text('before.txt')).toContain('language: entries=3, purchased=0, conversion=0.00%\n');
    expect(text('before.txt')).toContain('non_language: entries=1, purchased=1, conversion=100.00%\n');
    expect(told('config check --brevo')).not.toContain('missing');
    expect(text('clean-up.sql')).toContain('ann@example.com');
    expect(told('funnels find-duplicates')).toContain('No duplicates.');
    expect(told('retry --failed --newer-than 30d --dry-run')).toContain('cat@example.com');
    // Dan and Eve have entered; Bob's purchase is found, and Cat's stays as it was.
    const at = text('first.csv').split('\n');
    expect(at.filter((line) => line.startsWith('entered,')).map((line) => /\w+@[\w.]+/.exec(line)?.[0])).toEqual([
      'dan@example.com',
      'eve@example.com',
    ]);
    expect(text('after.txt')).toContain('language: entries=4, purchased=1, conversion=25.00%\n');
    expect(text('after.txt')).toContain('non_language: entries=1, purchased=1, conversion=100.00%\n');
    expect([...brevo.contacts.keys()].toSorted()).toEqual([
      'bob@example.com',
      'cat@example.com',
      'dan@example.com',
      'eve@example.com',
    ]);
    expect(await place.admin("SELECT COUNT(*) AS n FROM brevo_sync_outbox WHERE status <> 'success'")).toEqual([
      { n: 0 },
    ]);
  });

  it('counts those finished since the last run with a statement that works', async () => {
    await leaveAsTheOldServiceDoes();
    const statement = linesOf('sql').find((line) => line.includes('simpletest_users')) ?? '';
    const [row] = await place.admin(statement);
    expect(Object.values(row ?? {}).map(Number)).toEqual([1]);
  });

  it.runIf(engine === 'mysql')('locks the old account with statements that work, and unlocks it', async () => {
    const name = "'testizer_user'@'localhost'";
    await place.admin(`CREATE USER ${name} IDENTIFIED BY 'old'`);
    cleanUps.push(() => place.admin(`DROP USER ${name}`));
    const statements = linesOf('sql').filter((line) => line.includes('testizer_user'));
    expect(statements).toHaveLength(3);
    for (const statement of statements) await place.admin(statement);
    const shown = async (): Promise<string> => JSON.stringify(await place.admin(`SHOW CREATE USER ${name}`));
    expect(await shown()).toContain('ACCOUNT LOCK');
    await place.admin(`ALTER USER ${name} ACCOUNT UNLOCK`);
    expect(await shown()).not.toContain('ACCOUNT LOCK');
  });

  it('names only settings that there are, for every name of the old service', async () => {
    const [, table = ''] = /\n\| `\.env` .*\n\|[-|]+\n([\s\S]*?)\n\n/.exec(guide) ?? [];
    const rows = table.split('\n').map((row) => row.split(' | '));
    expect(rows.length).toBeGreaterThanOrEqual(12);
    const named = rows.flatMap(([, ours = '']) =>
      [...ours.matchAll(/`([a-z_]+(?:\.\w+)+)/g)].map(([, key = '']) => key),
    );
    expect(named.length).toBeGreaterThanOrEqual(6);
    expect(givableKeys.map(({ key }) => key)).toEqual(expect.arrayContaining(named));
  });
});
