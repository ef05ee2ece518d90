import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/database/database.ts';
import { reportConversions } from '../../src/report/conversions.ts';
import { type PageParts, readPageParts } from '../../src/report/page-parts.ts';
import { resolveRequest } from '../../src/report/request.ts';
import { engines } from '../support/test-databases.ts';
import { type Asked, createReportDatabase, type ReportDatabase, requestOf } from './report-database.ts';

function partsOf({ readOnly }: ReportDatabase, asked: Asked): Promise<PageParts> {
  return readOnly.transaction(async (session) => {
    const resolved = await resolveRequest(session, requestOf({ asOf: '2026-07-01', ...asked }));
    const report = await reportConversions(session, resolved, { by: asked.by, compare: undefined });
    return readPageParts(session, resolved, report);
  });
}

describe.each(engines)('what a page shows beside its report, on %s', (engine) => {
  it('is drawn in parts that fit the period', async () => {
    const database = await createReportDatabase(engine);
    await database.enter('language', '2026-06-26 10:00:00');
    const expected: [Asked, string, string][] = [
      [{ from: '2026-06-17', to: '2026-07-01' }, 'day', 'week'],
      [{ from: '2026-06-16', to: '2026-07-01' }, 'week', 'week'],
      [{ from: '2026-06-20' }, 'day', 'week'],
      [{ from: '2026-04-01', to: '2026-07-01' }, 'week', 'month'],
      [{ from: '2025-06-01', to: '2026-06-01' }, 'month', 'month'],
      [{ from: '2026-06-25', to: '2030-01-01' }, 'day', 'week'],
    ];
    for (const [asked, trend, cohorts] of expected) {
      const parts = await partsOf(database, asked);
      expect([asked, parts.trend?.by, parts.cohorts.by]).toEqual([asked, trend, cohorts]);
    }
  });

  it('begins with the first entry where the report has no first day', async () => {
    const database = await createReportDatabase(engine);
    expect((await partsOf(database, {})).trend).toMatchObject({ by: 'day' });
    await database.enter('language', '2026-06-01 10:00:00');
    const weeks = (await partsOf(database, {})).trend;
    expect([weeks?.by, weeks?.rows[0]?.group.key]).toEqual(['week', '2026-W23']);
    await database.enter('language', '2024-06-01 10:00:00');
    const months = (await partsOf(database, {})).trend;
    expect([months?.by, months?.rows[0]?.group.key]).toEqual(['month', '2024-06']);
  });

  it('is of the moment of the report: the clock is read once', async () => {
    const database = await createReportDatabase(engine);
    await database.enter('language', '2024-06-26 10:00:00');
    const asked: string[] = [];
    await database.readOnly.transaction(async (session) => {
      const watched: Session = Object.assign(Object.create(session) as Session, {
        query: (...[statement, parameters]: Parameters<Session['query']>) => {
          asked.push(JSON.stringify(statement));
          return session.query(statement, parameters);
        },
      });
      const resolved = await resolveRequest(watched, requestOf({ from: '2024-06-01' }));
      const report = await reportConversions(watched, resolved, { by: undefined, compare: 'previous' });
      const { cohorts } = await readPageParts(watched, resolved, report);
      expect([cohorts.as_of, cohorts.period]).toEqual([report.as_of, report.period]);
    });
    expect(asked.filter((statement) => statement.includes('CURRENT_TIMESTAMP'))).toHaveLength(1);
  });

  it('has no trend of its own when the report is by time already', async () => {
    const database = await createReportDatabase(engine);
    expect((await partsOf(database, { by: 'month' })).trend).toBeNull();
    expect((await partsOf(database, { by: 'source' })).trend).not.toBeNull();
  });
});
