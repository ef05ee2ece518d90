import { expect, it } from 'vitest';
import { renderConversions } from '../../src/output/conversions-table.ts';
import type { Terminal } from '../../src/output/terminal.ts';
import { createReportDatabase } from '../report/report-database.ts';

const pipe: Terminal = { isTerminal: false, columns: 80, unicode: false, color: false };

it('a comparison is told in words, with the other period and its last day', async () => {
  const { enter, report } = await createReportDatabase('sqlite');
  for (let number = 0; number < 50; number += 1) {
    await enter('language', '2024-02-10 10:00:00', number < 5 ? { bought: '2024-02-12 10:00:00' } : {});
    await enter('language', '2024-03-10 10:00:00', number < 20 ? { bought: '2024-03-12 10:00:00' } : {});
    await enter('non_language', '2024-02-10 10:00:00', number < 6 ? { bought: '2024-02-12 10:00:00' } : {});
    await enter('non_language', '2024-03-10 10:00:00', number < 6 ? { bought: '2024-03-12 10:00:00' } : {});
  }
  const text = renderConversions(await report({ name: '2024-03', compare: 'previous' }), {
    ...{ format: 'table', terminal: pipe },
  });
  expect(text).toContain(
    [
      'Settled rates against those who entered from 2024-02-01 to 2024-02-29, both days included, 2024-03-01 not (UTC):',
      '  language      10.0% -> 40.0%  +30.0 points (+13.2 to +44.9): higher than before',
      '  non_language  12.0% -> 12.0%  0.0 points (-13.4 to +13.4): no clear change',
      '  All           11.0% -> 26.0%  +15.0 points (+4.2 to +25.5): higher than before',
      '',
    ].join('\n'),
  );
  expect(text).toContain(
    [
      'language against non_language: conversion +28.0 points (+10.9 to +43.2): language is higher.',
      'language against non_language: settled rate +28.0 points (+10.9 to +43.2): language is higher.',
      '',
    ].join('\n'),
  );
});

it('numbers that can still change are announced with the day after which they cannot', async () => {
  const { enter, report } = await createReportDatabase('sqlite');
  await enter('language', '2024-03-10 10:00:00');
  const asked = { name: '2024-03', asOf: '2024-03-20 10:00' };
  const text = renderConversions(await report(asked), { format: 'table', terminal: pipe });
  expect(text).toContain('1 entry has time left to buy: the settled rate is final after 2024-04-30.\n');
  expect(text).toContain('Note: The period is not over yet: today is 2024-03-20 (UTC).\n');
  const bought = { name: '2024-03', asOf: '2024-04-01', funnel: 'non_language' };
  await enter('non_language', '2024-03-10 10:00:00', { bought: '2024-03-11 10:00:00' });
  const done = renderConversions(await report(bought), { format: 'table', terminal: pipe });
  expect(done).toContain('\nThe settled rate is final after 2024-04-09.\n');
  const later = renderConversions(await report({ name: '2024-03' }), { format: 'table', terminal: pipe });
  expect(later).not.toContain('time left');
});

it('what the funnels differ in by conversion alone is not all: the settled rates are told too', async () => {
  const { enter, report } = await createReportDatabase('sqlite');
  for (let number = 0; number < 50; number += 1) {
    await enter('language', '2024-03-01 10:00:00', number < 20 ? { bought: '2024-03-02 10:00:00' } : {});
    // As good a funnel, but nearly all of its entries are of yesterday.
    const isNew = number >= 10;
    const day = isNew ? '2024-04-09' : '2024-03-01';
    await enter('non_language', `${day} 10:00:00`, number < 4 ? { bought: '2024-03-02 10:00:00' } : {});
  }
  const text = renderConversions(await report({ asOf: '2024-04-10' }), { format: 'table', terminal: pipe });
  expect(text).toMatch(/^language against non_language: conversion \+32\.0 points .*: language is higher\.$/m);
  expect(text).toContain('\nlanguage against non_language: settled rate: too few entries to say.\n');
});

it('nothing settled to compare in a running month comes with what to ask for instead', async () => {
  const { enter, report } = await createReportDatabase('sqlite');
  await enter('language', '2024-03-10 10:00:00');
  const { warnings } = await report({ name: 'this-month', asOf: '2024-03-20', compare: 'previous' });
  expect(warnings).toContain(
    'No entry is 30 days old yet, so no rate is settled. To compare rates, choose a shorter --window, or --period last-month.',
  );
  const alone = await report({ name: 'this-month', asOf: '2024-03-20' });
  expect(alone.warnings).toContain('No entry is 30 days old yet, so no rate is settled.');
});

it('a period without an end is named with the moment it goes up to', async () => {
  const { report } = await createReportDatabase('sqlite');
  const text = renderConversions(await report({ from: '2024-03-01', asOf: '2024-03-20 10:00' }), {
    ...{ format: 'table', terminal: pipe },
  });
  expect(text).toContain('entered from 2024-03-01 up to 2024-03-20 10:00 (UTC)\n');
});
