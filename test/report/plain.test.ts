import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/database/database.ts';
import { renderPlain } from '../../src/output/conversions-plain.ts';
import { judge, readRule } from '../../src/report/fail-if.ts';
import { readPlainConversions } from '../../src/report/plain.ts';
import { resolveRequest } from '../../src/report/request.ts';
import { runFunnels } from '../support/program.ts';
import { engines } from '../support/test-databases.ts';
import { type Asked, createReportDatabase, requestOf } from './report-database.ts';

describe.each(engines)('the plain text of the report on %s', (engine) => {
  it('has the counts of the whole report, from one statement', async () => {
    const { readOnly, enter, pay, report } = await createReportDatabase(engine);
    for (let day = 10; day < 35; day += 1) {
      const at = `2024-0${1 + (day % 3)}-${10 + (day % 18)} 10:00:00`;
      await enter(day % 2 === 0 ? 'language' : 'survey', at, { bought: day % 4 === 0 && '2024-03-28 10:00:00' });
    }
    await enter('language', '2024-02-01 00:00:00', { bought: true });
    await enter('language', '2024-02-01 00:00:00', { bought: '2099-01-01 00:00:00' });
    await pay('somebody@x.com', 'language', '2024-02-01 00:00:00');
    const cases: Asked[] = [
      {},
      { from: '2024-02-01', to: '2024-03-01' },
      { funnel: 'language' },
      { asOf: '2024-02-20' },
    ];
    for (const asked of cases) {
      const { plain, statements } = await readOnly.transaction(async (session) => {
        const resolved = await resolveRequest(session, requestOf(asked));
        const texts: string[] = [];
        const counting = new Proxy(session, {
          get: (target, name) =>
            name === 'query'
              ? (...words: Parameters<Session['query']>) => {
                  texts.push(JSON.stringify(words[0]));
                  return target.query(...words);
                }
              : Reflect.get(target, name),
        });
        return { plain: await readPlainConversions(counting, resolved), statements: texts };
      });
      const whole = await report(asked);
      expect(renderPlain(plain)).toBe(renderPlain(whole));
      expect(plain.odd_dates).toEqual(whole.odd_dates);
      // Two more for a purchase that is dated ahead: how many, and which.
      const isAhead = whole.odd_dates.some(({ kind }) => kind === 'purchased_ahead');
      expect(statements.length).toBe(isAhead ? 3 : 1);
      const rules = ['conversion<1%', 'language.entries<100', 'purchased<1'].map(readRule);
      expect(judge(rules, plain)).toEqual(judge(rules, whole));
    }
  });

  it('is printed without a look at the payments, but with every figure that a rule needs', async () => {
    const { database, enter } = await createReportDatabase(engine);
    await enter('language', '2024-02-01 00:00:00', { email: 'anna@x.com' });
    await enter('language', '2024-02-01 00:00:00', { email: 'anna@x.com', test: 6, bought: '2099-01-01 00:00:00' });
    await database.admin('DROP TABLE funnel_purchases');
    const run = (...words: string[]) =>
      runFunnels(['report', 'conversions', ...words], { environment: { FUNNELS_DATABASE_URL: database.url } });
    const plain = await run('--format', 'plain', '--fail-if', 'entries<3');
    expect(plain.stdout).toContain('language: entries=2, purchased=0, conversion=0.00%\n');
    expect(plain.stderr).toMatch(/ahead[\s\S]*--fail-if "entries<3": entries is 2\.\n$/);
    expect(plain.code).toBe(8);
    expect(await run('--format', 'csv')).toMatchObject({ stdout: '' });
    await database.admin('CREATE TABLE funnel_purchases (revoked_at VARCHAR(20))');
    const settled = await run('--format', 'plain', '--fail-if', 'settled<2%');
    expect(settled).toMatchObject({ code: 0, stdout: plain.stdout });
    expect(settled.stderr).toContain('not judged');
    const people = await run('--format', 'plain', '--fail-if', 'people<2');
    expect(people).toMatchObject({ code: 8, stdout: plain.stdout });
    expect(people.stderr).toContain('people is 1.');
  });
});
