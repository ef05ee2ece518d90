import { renderHtml } from '../../../src/output/html/page.ts';
import { bySource, clicks, cohorts, fullReport, reportOn, trend } from './sample.ts';

/** As long as the column of sources takes it. */
export const longName = 'a_name_as_long_as_the_column_takes_it_since_nobody_said_no_to_it';
export const hostileName = '<img src=http://127.0.0.1:9/x onerror=alert(1)>"\'&amp;\u202e';

/** A page on the first `count` of these funnels. */
function manyFunnels(count: number): string {
  const funnels = ['language', 'non_language', 'webinar', 'course', 'partner', 'school', 'company', 'newsletter'];
  const some = funnels.slice(0, count);
  return renderHtml(reportOn(some.map((name, index) => [name, 312 - index * 20, 41 - index * 3, 74 - index])), {
    trend: trend('month', '2025-11-01', 13, 2, 300, some),
    cohorts: cohorts(13, some),
  });
}

/** Pages as they come: everything, many days, little, nothing, names that are long or mean, large numbers. */
export const pages = {
  full: renderHtml(fullReport(), { trend: trend('month', '2025-11-01', 13, 2, 300), cohorts: cohorts(13) }),
  'with clicks': renderHtml(
    {
      ...fullReport(),
      clicks: { ...clicks, file: '/srv/secret place/clicks.csv' },
      warnings: ['3 lines of /srv/secret place/clicks.csv cannot be used; the first is line 3: no address.'],
      breakdown: bySource(['(none)', 'email_language_v1', 'email_language_v2']),
    },
    { trend: trend('month', '2025-11-01', 13, 2, 300), cohorts: cohorts(13) },
    { siteName: 'Testizer <& Co>' },
  ),
  'many days': renderHtml(
    { ...fullReport(), breakdown: trend('day', '2026-05-01', 200, 30, 40) },
    { trend: null, cohorts: cohorts(12) },
  ),
  'one month': renderHtml(
    reportOn([
      ['language', 40, 3, 0],
      ['non_language', 3, 1, 3],
    ]),
    { trend: trend('month', '2026-10-01', 1, 0, 200), cohorts: cohorts(1) },
  ),
  'nobody entered': renderHtml(
    reportOn([
      ['language', 0, 0, 0],
      ['non_language', 0, 0, 0],
    ]),
    { trend: trend('day', '2026-10-01', 31, 0, 0), cohorts: cohorts(0) },
  ),
  'three funnels': manyFunnels(3),
  'eight funnels': manyFunnels(8),
  'one entry': renderHtml(reportOn([['language', 1, 1, 0]]), {
    trend: trend('month', '2026-10-01', 1, 0, 1, ['language']),
    cohorts: cohorts(1, ['language']),
  }),
  'long names': renderHtml(
    {
      ...fullReport(),
      ...reportOn([
        ['language', 1_234_567, 123_456, 45_678],
        [longName.slice(0, 32), 205, 12, 51],
        [hostileName.slice(0, 32), 200, 50, 0],
      ]),
      breakdown: bySource(['(none)', longName, hostileName, 'y', 'z', 'other (7)']),
    },
    { trend: trend('month', '2026-06-01', 6, 2, 300), cohorts: cohorts(12) },
  ),
};
