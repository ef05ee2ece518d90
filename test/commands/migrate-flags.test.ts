import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { migrationsFor } from '../../src/migrate/migration.ts';
import { migrateTo } from '../migrate/migrating.ts';
import { createPredecessorTables } from '../migrate/predecessor.ts';
import { columnsOf, everythingIn } from '../migrate/schema.ts';
import { startPrivateMariaDb } from '../support/private-mariadb.ts';
import { type Run, runFunnels, startFunnels } from '../support/program.ts';
import { createMysqlDatabase, createTestDatabase, engines, type TestDatabase } from '../support/test-databases.ts';
import { createAccount } from './account.ts';

const newest = migrationsFor('sqlite').at(-1)?.version ?? 0;

let place: TestDatabase;

const environment = (): Record<string, string> => ({ FUNNELS_DATABASE_URL: place.url });
const funnels = (...words: string[]): Promise<Run> => runFunnels(words, { environment: environment() });

describe.each(engines)('on %s', (engine) => {
  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  afterEach(() => place.drop());

  it('--to goes so far and says what is left; what is there already cannot be undone', async () => {
    const some = await funnels('migrate', '--to', '5');
    expect(some).toMatchObject({ code: 0, stderr: '' });
    expect(some.stdout).toContain(
      `The schema is at version 5. Not the newest: ${migrationsFor('sqlite').length - 5} still to do. Go on with: funnels migrate\n`,
    );
    const preview = await funnels('migrate', '--dry-run', '--to', '6');
    expect(preview.stdout.match(/^-- \d{4} .*/gm)).toEqual(['-- 0006 lease_outbox_jobs']);
    expect(preview.stdout).toContain('To do it: funnels migrate --to 6\n');
    for (const words of [['migrate'], ['migrate', '--dry-run']]) {
      const below = await funnels(...words, '--to', '4');
      expect({ code: below.code, stdout: below.stdout }).toEqual({ code: 64, stdout: '' });
      expect(below.stderr).toContain('at version 5 already, and no migration can be taken back');
      const beyond = await funnels(...words, '--to', '900');
      expect(beyond.code).toBe(64);
      expect(beyond.stderr).toContain(`There is no migration 900: this program has 1 to ${newest}.`);
    }
    expect((await funnels('migrate', '--to', '5')).stdout).toContain('The schema is at version 5.');
    expect((await funnels('migrate')).stdout).toContain(`The schema is at version ${newest}.\n`);
  });

  it('--wait takes seconds and minutes only', async () => {
    const wrong = await funnels('migrate', '--wait', '5 hours');
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('--wait "5 hours" is not a time.\nGive seconds or minutes');
    expect((await funnels('migrate', '--wait', '1m')).code).toBe(0);
  });

  it('what differs from the program is shown, and accepted only when asked for', async () => {
    await migrateTo(place);
    await place.admin(
      "UPDATE funnels_migrations SET checksum = 'sha256:x', statements = REPLACE(statements, 'entered_at', 'since') WHERE version = 1",
    );
    const refused = await funnels('migrate');
    expect(refused.code).toBe(65);
    expect(refused.stderr).toMatch(/\n- +since .*\n\+ +entered_at .*\n/);
    expect((await funnels('sync')).code).toBe(65);
    const status = await funnels('migrate', 'status', '--verbose', '--exit-code');
    expect(status.code).toBe(8);
    expect(status.stdout).toMatch(/\n- +since .*\n\+ +entered_at .*\n/);

    const before = await everythingIn(place);
    const dry = await funnels('migrate', 'repair', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(/\n- +since .*\n\+ +entered_at .*\n[\s\S]*Nothing was written.*repair --yes\n$/);
    expect((await funnels('migrate', 'repair')).code).toBe(64);
    expect(await everythingIn(place)).toEqual(before);

    const repaired = await funnels('migrate', 'repair', '--yes', '--json');
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.stdout)).toMatchObject({ dryRun: false, migrations: [{ version: 1 }] });
    expect((await funnels('migrate')).stdout).toBe(`The schema is up to date (version ${newest}).\n`);
    expect((await funnels('migrate', 'repair')).stdout).toContain('Nothing to repair');
  });

  it('repair says when there is nothing yet that could need it', async () => {
    for (const words of [[], ['--dry-run'], ['--yes']]) {
      expect(await funnels('migrate', 'repair', ...words)).toMatchObject({
        code: 0,
        stdout: 'Nothing to repair: funnels has not been run on this database.\n',
      });
    }
  });

  it('a database whose history does not show is refused, with that reason, and not taken for one to be migrated', async () => {
    await migrateTo(place);
    const isMysql = engine === 'mysql';
    const account = isMysql ? await createAccount(place, 'SELECT', 'funnel_entries') : null;
    if (!isMysql) await place.admin('DROP TABLE funnels_migrations');
    const reason = isMysql
      ? 'funnel_entries was made by funnels, but this account cannot see funnels_migrations.\nGrant'
      : 'funnel_entries was made by funnels, but the table funnels_migrations is missing.\nRestore';
    const before = await everythingIn(place);
    const url = { environment: { FUNNELS_DATABASE_URL: account?.url ?? place.url } };
    for (const words of [[], ['--adopt'], ['--dry-run'], ['--dry-run', '--adopt'], ['status'], ['repair']]) {
      const { code, stdout, stderr } = await runFunnels(['migrate', ...words], url);
      expect({ words, code, stdout }).toEqual({ words, code: 65, stdout: '' });
      expect(stderr).toContain(reason);
    }
    expect(await everythingIn(place)).toEqual(before);
    await account?.remove();
  });

  it('--dry-run tells of the addresses when, and only when, the migration before which they change is to come', async () => {
    const folding = /-- Before 0004: stored addresses are brought into their normal form/;
    expect((await funnels('migrate', '--dry-run')).stdout).not.toMatch(folding);
    await createPredecessorTables(place);
    const some = await funnels('migrate', '--adopt', '--dry-run', '--to', '3');
    expect(some.stdout).toContain('-- 0002: recorded only');
    expect(some.stdout).not.toMatch(folding);
    expect((await funnels('migrate', '--adopt', '--dry-run')).stdout).toMatch(folding);
    await migrateTo(place, { adopt: true, to: 3 });
    expect((await funnels('migrate', '--dry-run')).stdout).toMatch(folding);
    await migrateTo(place, { to: 4 });
    expect((await funnels('migrate', '--dry-run')).stdout).not.toMatch(folding);
  });

  it.runIf(engine === 'mysql')('--dry-run --to records nothing beyond that version', async () => {
    await createPredecessorTables(place);
    await place.admin('ALTER TABLE funnel_entries ADD UNIQUE KEY uq (email, funnel_type, test_id)');
    const upTo = async (version: string): Promise<string> =>
      (await funnels('migrate', '--adopt', '--dry-run', '--to', version)).stdout;
    expect(await upTo('3')).not.toContain('-- 0004');
    expect(await upTo('4')).toContain('-- 0004: recorded only');
  });

  it('a newer database is refused by every command that writes, and by their dry runs', async () => {
    await migrateTo(place);
    await place.admin(`UPDATE funnels_migrations SET version = 9000 WHERE version = ${newest}`);
    const commands = [
      ['migrate'],
      ['migrate', '--dry-run'],
      ['migrate', 'repair', '--yes'],
      ['sync'],
      ['sync', '--dry-run'],
      ['drain-outbox'],
      ['outbox', 'retry', '--failed'],
      ['outbox', 'discard', '1'],
      ['outbox', 'prune'],
    ];
    const withKey = { environment: { ...environment(), BREVO_API_KEY: 'xkeysib-1' } };
    const runs = await Promise.all(commands.map((words) => runFunnels(words, withKey)));
    expect(runs.map(({ code }, index) => ({ words: commands[index], code }))).toEqual(
      commands.map((words) => ({ words, code: 65 })),
    );
    for (const { stderr } of runs) expect(stderr).toContain('Install the newer funnels on this machine');
  });
});

describe('a run that is ended by a signal', () => {
  beforeEach(async () => {
    place = await createMysqlDatabase();
    await migrateTo(place, { to: 4 });
  });

  afterEach(() => place.drop());

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s finishes the statement at hand and says how to go on', async (signal, code) => {
    await place.admin('START TRANSACTION');
    await place.admin('SELECT * FROM funnel_entries');
    const running = startFunnels(['migrate'], { environment: environment() });
    const waiting = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'ALTER TABLE%'";
    await expect.poll(async () => (await place.admin(waiting)).length, { timeout: 30_000, interval: 20 }).toBe(1);
    running.process.kill(signal);
    await place.admin('ROLLBACK');
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(signal === 'SIGINT' ? /^Finishing what is in flight; .*\n$/ : /^$/);
    expect(ended.stdout).toMatch(
      /^The schema is at version 4\. Stopped by a signal: .* Go on with: funnels migrate\n$/,
    );
    expect(ended.stdout).toMatch(/0005 has 1 of 3 statements/);
    expect((await columnsOf(place)).funnel_entries).toContain('test_completed_at');
    const status = await funnels('migrate', 'status', '--exit-code', '--format', 'table');
    expect(status.code).toBe(8);
    expect(status.stdout).toContain('0005 has 1 of 3 statements done\nIt stopped with: Stopped by a signal.');
    expect((await funnels('migrate')).stdout).toContain(`The schema is at version ${newest}.\n`);
  });
});

describe('an account without enough rights', () => {
  beforeEach(async () => {
    place = await createMysqlDatabase();
  });

  afterEach(() => place.drop());

  it('is told which one is missing, and what was done stays done', async () => {
    const account = await createAccount(place, 'SELECT, INSERT, UPDATE, DELETE, CREATE, INDEX');
    const url = { environment: { FUNNELS_DATABASE_URL: account.url } };
    const refused = await runFunnels(['migrate'], url);
    expect(refused.code).toBe(77);
    expect(refused.stderr).toMatch(
      /It lacks (REFERENCES|ALTER)\. Migrating takes SELECT, INSERT, .* REFERENCES and DROP/,
    );
    expect(refused.stderr).not.toContain(account.password);
    const status = await runFunnels(['migrate', 'status', '--format', 'table'], url);
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toMatch(/It stopped with: .*command denied/);
    await account.remove();
    expect((await funnels('migrate')).code).toBe(0);
  });

  it('leaves no trace of a dry run, nor takes any lock for it', async () => {
    const account = await createAccount(place, 'SELECT');
    const before = await everythingIn(place);
    await place.admin("DO GET_LOCK(CONCAT('funnels-migrate-', LEFT(SHA2(DATABASE(), 256), 32)), 0)");
    const dryRun = await runFunnels(['migrate', '--dry-run', '--lock-timeout', '0'], {
      environment: { FUNNELS_DATABASE_URL: account.url },
    });
    expect(dryRun).toMatchObject({ code: 0, stderr: '' });
    expect((await funnels('migrate', '--lock-timeout', '0')).code).toBe(75);
    expect(await everythingIn(place)).toEqual(before);
    await account.remove();
  });
});

describe('funnels migrate --wait', () => {
  it('waits for a server that starts later, and for one that never does as long as it was told', async () => {
    const server = await startPrivateMariaDb();
    onTestFinished(() => server.stop());
    const url = `${server.url}later`;
    await server.kill('SIGTERM');
    const never = await runFunnels(['migrate', '--wait', '1s'], { environment: { FUNNELS_DATABASE_URL: url } });
    expect(never.code).toBe(75);
    expect(never.stderr).toMatch(
      /later at 127\.0\.0\.1:\d+ .* cannot be reached: .*ECONNREFUSED.* It was waited for 1 s\.\n/,
    );

    // Whoever connects here has begun to wait.
    const early = createServer((socket) => socket.destroy()).listen(server.port, '127.0.0.1');
    const connected = once(early, 'connection');
    const running = startFunnels(['migrate', '--wait', '2m'], {
      environment: { FUNNELS_DATABASE_URL: `${server.url}mysql` },
    });
    await connected;
    await new Promise((resolve) => early.close(resolve));
    await server.restart();
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  }, 120_000);
});
