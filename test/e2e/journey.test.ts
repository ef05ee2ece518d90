import { describe, expect, it } from 'vitest';
import { goTheWholeWay, prepareJourney } from './journey.ts';

describe('the program as shipped', () => {
  it('takes people from a finished test to the report, on SQLite', async () => {
    await goTheWholeWay(await prepareJourney());
  });

  it('does nothing twice when everything is repeated', async () => {
    const { site, database, brevo, funnels } = await prepareJourney();
    await site.finish('ann@example.com', 5, '2026-01-01 10:00:00');
    const lookback = { FUNNELS_SYNC_LOOKBACK_DAYS: '3650' };
    await funnels('migrate');
    await funnels('sync', lookback);
    await funnels('drain-outbox');
    expect((await funnels('migrate')).stdout).toMatch(/^The schema is up to date \(version \d+\)\.\n$/);
    expect(await funnels('sync', lookback)).toMatchObject({ code: 0, stderr: '' });
    expect(await funnels('drain-outbox --json')).toMatchObject({ code: 0, stderr: '' });
    expect(brevo.writes()).toHaveLength(1);
    expect(await database.admin('SELECT email FROM funnel_entries')).toEqual([{ email: 'ann@example.com' }]);
  });
});
