import { describe, expect, it } from 'vitest';
import { createReportDatabase } from '../report/report-database.ts';
import { runFunnels } from '../support/program.ts';
import { engines } from '../support/test-databases.ts';

const named = /\b1 entry is dated ahead of the database's clock: not counted; .* \(2999-01-01 00:00:00; entry 1\)\.\n/;

describe.each(engines)('an entry of 2999 on %s', (engine) => {
  it.each([
    'report conversions --format plain',
    'report conversions --format csv --by day',
    'report conversions --format markdown',
    'report conversions --json --by week',
    'report conversions --format html --output -',
    'report cohorts --format tsv',
    'report cohorts --json',
    'report people --state open --format csv',
    'report people --state lapsed --json',
  ])('is named on stderr beside what %j prints, and ends nothing', async (words) => {
    const { database, enter } = await createReportDatabase(engine);
    await enter('language', '2999-01-01 00:00:00');
    await enter('language', '2024-03-01 10:00:00');
    const environment = { FUNNELS_DATABASE_URL: database.url };
    const { code, stderr, stdout } = await runFunnels(words.split(' '), { environment });
    expect([code, stderr.match(/2999-01-01/g)?.length]).toEqual([0, 1]);
    expect(stderr).toMatch(named);
    if (words.includes('--json'))
      expect(JSON.parse(stdout)).toMatchObject({ odd_dates: [{ kind: 'ahead', entries: 1 }] });
  });

  it.each(['report conversions', 'report cohorts', 'report people --state lapsed'])(
    'stands in the table of %j itself',
    async (words) => {
      const { database, enter } = await createReportDatabase(engine);
      await enter('language', '2999-01-01 00:00:00');
      await enter('language', '2024-03-01 10:00:00');
      const { stderr, stdout } = await runFunnels([...words.split(' '), '--format', 'table'], {
        environment: { FUNNELS_DATABASE_URL: database.url },
      });
      expect(stderr).toBe('');
      expect(stdout).toMatch(named);
    },
  );
});
