import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProgram, startFunnels } from '../support/program.ts';

/** A configuration that would lead elsewhere, which the demo must not hand on. */
const misleading = { FUNNELS_DATABASE_URL: 'mysql://nobody@127.0.0.1:1/nothing', BREVO_API_KEY: 'not-the-demo-key' };

interface Row {
  [column: string]: string | number | null;
}

let folder: string;
let kept: string;
let output: string;
let exit: number | null;
let database: DatabaseSync;

function start(args: string[]): RunningProgram {
  return startFunnels(['demo', ...args], { environment: { ...misleading, TMPDIR: folder } });
}

function rows(sql: string, ...parameters: (string | number)[]): Row[] {
  return database.prepare(sql).all(...parameters) as Row[];
}

function count(sql: string, ...parameters: (string | number)[]): number {
  return Number(Object.values(rows(sql, ...parameters)[0] ?? {})[0]);
}

/** What was printed between one command line and the next. */
function printedBy(command: string, occurrence = 0): string {
  const sections = output.split(/^\$ funnels /m).slice(1);
  return sections.filter((section) => section.startsWith(`${command} --format table\n`))[occurrence] ?? '';
}

/** The number before a label in a summary; 0 when the label is not there. */
function printed(section: string, label: string): number {
  const [, digits = '0'] = new RegExp(`^ +([\\d,]+) {2}${label}`, 'm').exec(section) ?? [];
  return Number(digits.replaceAll(',', ''));
}

/** The address as the guide's normal form has it, by other means than the program's; null for what is none. */
function normal(address: unknown): string | null {
  const [local, domain, ...more] = String(address ?? '')
    .replaceAll('\u200b', '')
    .trim()
    .toLowerCase()
    .split('@');
  if (!local || !domain || more.length > 0 || local.length > 64 || /\s/.test(local + domain)) return null;
  return `${local}@${new URL(`http://${domain}`).hostname}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnels-e2e-demo-'));
  kept = join(folder, 'kept here');
  const { stdout, code } = await start(['--keep', kept]).ended;
  output = stdout;
  exit = code;
  database = new DatabaseSync(join(kept, 'funnels.sqlite'), { readOnly: true });
}, 120_000);

afterAll(async () => {
  database?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('funnels demo --keep', () => {
  it('runs every command to the end, in order', () => {
    expect(exit).toBe(0);
    const commands = [...output.matchAll(/^\$ funnels (.*)$/gm)].map(([, command]) =>
      command?.replace(' --format table', ''),
    );
    expect(commands).toEqual([
      ...['find-duplicates', 'migrate', 'migrate --adopt', 'sync --dry-run', 'sync', 'sync'],
      ...['drain-outbox --dry-run --limit 5', 'drain-outbox', 'report conversions'],
      expect.stringMatching(/^report conversions --from-date \d{4}-\d\d-\d\d --to-date \d{4}-\d\d-\d\d$/),
    ]);
    expect(printedBy('find-duplicates')).toContain('3 groups of duplicates, 7 entries');
    expect(output).toContain('(exit code 65)');
    expect(output).toContain('What to try next');
  });

  it('leaves database and configuration, in which no stand-in is named', async () => {
    expect((await readdir(kept)).sort()).toEqual(['config.yaml', 'funnels.sqlite']);
    expect(await readFile(join(kept, 'config.yaml'), 'utf8')).not.toContain('127.0.0.1');
    expect(await readdir(folder)).toEqual(['kept here']);
    expect(output).toContain(`funnels find-duplicates --config '${kept}/config.yaml'`);
  });

  it('leaves nobody twice in a funnel for the same test', () => {
    expect(count('SELECT COUNT(*) FROM funnel_entries')).toBeGreaterThan(1_000);
    expect(rows('SELECT 1 FROM funnel_entries GROUP BY email, funnel_type, test_id HAVING COUNT(*) > 1')).toEqual([]);
    expect(rows(`SELECT email FROM funnel_entries WHERE email <> lower(trim(email))`)).toEqual([]);
  });

  it('gives each entry its upsert, and each whose person paid its update', () => {
    const jobs = rows(`SELECT e.id,
        e.certificate_purchased OR e.paid_before_entering_at IS NOT NULL AS paid,
        COALESCE(SUM(o.operation_type = 'upsert_contact'), 0) AS upserts,
        COALESCE(SUM(o.operation_type = 'update_after_purchase'), 0) AS updates
      FROM funnel_entries e LEFT JOIN brevo_sync_outbox o ON o.funnel_entry_id = e.id GROUP BY e.id`);
    // The entries that had doubles have the jobs of those, too.
    expect(jobs.filter(({ upserts }) => upserts !== 1).map(({ upserts }) => upserts)).toEqual([2, 3, 2]);
    expect(jobs.filter(({ paid, updates }) => paid !== updates)).toEqual([]);
  });

  it('enters everybody who may enter, once, and nobody else', () => {
    const results = rows(`SELECT u.Email AS email, u.TestId AS test, u.Datep AS finished,
        CASE WHEN u.TestId IN (SELECT t.Id FROM simpletest_test t JOIN simpletest_lang l ON l.Id = t.LangId)
          THEN 'language' ELSE 'non_language' END AS funnel
      FROM simpletest_users u
      WHERE u.TestId IN (SELECT Id FROM simpletest_test)`);
    const monthAgo = String(rows("SELECT datetime('now', '-30 days') AS at")[0]?.at);
    // An entry without a test number covers what was finished until its person was last taken in.
    const entries = rows(`SELECT email, funnel_type AS funnel, test_id AS test, source, MAX(entered_at,
        COALESCE((SELECT MAX(d.entered_at) FROM funnel_removed_duplicates d WHERE d.entry_id = e.id), ''),
        COALESCE((SELECT MAX(o.created_at) FROM brevo_sync_outbox o
          WHERE o.funnel_entry_id = e.id AND o.operation_type = 'upsert_contact'), '')) AS until
      FROM funnel_entries e`);
    const finishes = Map.groupBy(results, ({ email, test, funnel }) => `${funnel} ${test} ${normal(email)}`);
    const byIdentity = Map.groupBy(entries, ({ email, funnel, test }) => `${funnel} ${test} ${email}`);
    const payments = paid();
    const wanted = new Set<string>();
    const wrong: unknown[] = [];
    for (const { email, test, finished, funnel } of results) {
      const address = normal(email);
      if (address === null || String(finished) <= monthAgo) continue;
      const old = byIdentity.get(`${funnel} 0 ${address}`) ?? [];
      const ever = finishes.get(`${funnel} ${test} ${address}`) ?? [];
      const covered = old.some(({ until }) => ever.some((one) => String(one.finished) <= String(until)));
      const bought = (payments.get(`${funnel} ${address}`) ?? []).some((at) => at >= String(finished));
      const identity = `${funnel} ${test} ${address}`;
      if (!covered && !bought) wanted.add(identity);
      if (!covered && !bought && byIdentity.get(identity)?.length !== 1) wrong.push({ identity, finished });
    }
    expect(wrong).toEqual([]);
    const added = entries.filter(({ source }) => source !== null);
    expect(
      added.map(({ email, funnel, test }) => `${funnel} ${test} ${email}`).filter((key) => !wanted.has(key)),
    ).toEqual([]);
    expect(printed(printedBy('sync'), 'entered')).toBe(added.length);
    expect(printed(printedBy('sync --dry-run'), 'would enter')).toBe(added.length);
    expect(printed(printedBy('sync', 1), 'entered')).toBe(0);
    expect(printed(printedBy('sync', 1), 'looked at')).toBe(printed(printedBy('sync'), 'looked at'));
  });

  it('marks those who paid at or after their entry, and only those', () => {
    const payments = paid();
    const entries = rows(
      `SELECT email, funnel_type AS funnel, entered_at AS at, certificate_purchased AS purchased FROM funnel_entries`,
    );
    const differing = entries.filter(({ email, funnel, at, purchased }) => {
      const hasPaid = (payments.get(`${funnel} ${email}`) ?? []).some((paidAt) => paidAt >= String(at));
      return hasPaid !== (purchased === 1);
    });
    expect(differing).toEqual([]);
    expect(count('SELECT COUNT(*) FROM funnel_entries WHERE certificate_purchased = 1')).toBeGreaterThan(20);
  });

  it('says of the outbox what is in it', () => {
    const drained = printedBy('drain-outbox');
    const ofStatus = (status: string): number =>
      count('SELECT COUNT(*) FROM brevo_sync_outbox WHERE status = ?', status);
    expect(printed(drained, 'failed for good')).toBe(ofStatus('failed'));
    expect(ofStatus('failed')).toBe(1);
    expect(printed(drained, 'to be tried again later')).toBe(ofStatus('pending'));
    expect(rows(`SELECT retry_count, last_error FROM brevo_sync_outbox WHERE status = 'pending'`)).toEqual(
      Array.from({ length: 5 }, () => ({ retry_count: 1, last_error: expect.stringMatching(/^500 /) })),
    );
    const due = /of ([\d,]+) due jobs/.exec(printedBy('drain-outbox --dry-run --limit 5'))?.[1]?.replace(',', '');
    const handled = printed(drained, 'sent to Brevo') + ofStatus('failed') + ofStatus('pending');
    expect(handled).toBe(Number(due));
    expect(printed(drained, 'of these in the call of another job')).toBeGreaterThan(0);
    expect(ofStatus('success')).toBeGreaterThanOrEqual(printed(drained, 'sent to Brevo'));
    expect(rows('SELECT email FROM brevo_contact_leases')).toEqual([]);
  });

  it('reports what can be counted', () => {
    const [, from = '', to = ''] = /--from-date (\S+) --to-date (\S+)/.exec(output) ?? [];
    const period = printedBy(`report conversions --from-date ${from} --to-date ${to}`);
    for (const [section, first, end] of [
      [printedBy('report conversions'), '0000', '9999'],
      [period, from, to],
    ] as const) {
      for (const funnel of ['language', 'non_language']) {
        const where = 'FROM funnel_entries WHERE funnel_type = ? AND entered_at >= ? AND entered_at < ?';
        const entries = count(`SELECT COUNT(*) ${where}`, funnel, first, end);
        const purchased = count(`SELECT SUM(certificate_purchased) ${where}`, funnel, first, end);
        expect(entries).toBeGreaterThan(purchased);
        const [, ...numbers] = new RegExp(`^${funnel} +([\\d,]+) +([\\d,]+) +([\\d.]+)%`, 'm').exec(section) ?? [];
        expect(numbers.map((number) => Number(number.replace(',', '')))).toEqual([
          entries,
          purchased,
          Number(((100 * purchased) / entries).toFixed(1)),
        ]);
      }
    }
  });
});

describe('funnels demo --json', () => {
  it('prints only the result on stdout, and ends cleanly on SIGTERM', async () => {
    const { process, stderr, ended } = start(['--json']);
    process.stderr.on('data', () => {
      if (stderr().includes('$ funnels migrate --adopt')) process.kill('SIGTERM');
    });
    const { code, signal, stdout } = await ended;
    expect({ code, signal }).toEqual({ code: 143, signal: null });
    const { folder: keptFolder, steps } = JSON.parse(stdout);
    expect(keptFolder).toBe(null);
    expect(steps.slice(0, 2)).toEqual([
      { command: 'find-duplicates --format table', exit: 0 },
      { command: 'migrate', exit: 65 },
    ]);
    expect(stderr()).toContain('3 groups of duplicates');
    expect(await readdir(folder)).toEqual(['kept here']);
  });
});

/** When each person has paid, by funnel and address. */
function paid(): Map<string, string[]> {
  const payments = rows(`SELECT b.email, p.datetime_payment AS at, iif(c.type = 1, 'language', 'non_language') AS funnel
    FROM modx_cert_payment p JOIN modx_cert_result r ON r.id = p.id_result
      JOIN modx_cert_users b ON b.id = r.id_user JOIN modx_cert_test c ON c.id = r.id_test
    WHERE p.id_status = 2`);
  const times = new Map<string, string[]>();
  for (const { email, at, funnel } of payments) {
    const person = `${funnel} ${normal(email)}`;
    times.set(person, [...(times.get(person) ?? []), String(at)]);
  }
  return times;
}
