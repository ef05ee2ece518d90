import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClickTime } from '../../src/report/clicks-time.ts';
import { clickTimeForms, timeExamples } from '../../src/report/clicks-time-forms.ts';

/** 3 October 2026, 14:12:05 in UTC. */
const moment = { epoch: Date.UTC(2026, 9, 3, 14, 12, 5) / 1000 };
const wall = { at: '2026-10-03 14:12:05' };

describe('the time of a click', () => {
  it.each([
    '2026-10-03T14:12:05Z',
    '2026-10-03t14:12:05.123456789z',
    '2026-10-03T14:12:05+00:00',
    '2026-10-03T16:12:05.123+0200',
    '2026-10-03 16:12:05 +02',
    '2026-10-03 14:12:05 UTC',
    '2026-10-03 14:12:05.250 GMT',
    '2026-10-03 10:12:05 \u221204:00',
    '2026-10-03T16:12:05+02:00[Europe/Berlin]',
    '2026-10-03 16:12:05 Europe/Berlin',
    '2026/10/03 16:12:05 GMT+2',
    '20261003T141205Z',
    '2026-10-03T141205Z',
    'Sat, 03 Oct 2026 14:12:05 +0000',
    'Sat, 3 Oct 2026 14:12:05 GMT',
    '3 Oct 2026 10:12:05 EDT',
    'Saturday, October 3, 2026 at 2:12:05 PM UTC',
    'Sat Oct 03 2026 16:12:05 GMT+0200 (Central European Summer Time)',
    'Sat Oct  3 14:12:05 UTC 2026',
    '03/Oct/2026:16:12:05 +0200',
    '03.10.2026 16:12:05 +02:00',
    '2026-10-03 14:12:05 +0000 UTC',
    '2026-10-03 17:12:05 +0300 EEST',
    '2026-10-03 14:12:05-00:00',
    '1791036725',
    '1791036725.75',
    '1791036725123',
    '1791036725123456',
    '1791036725123456789',
  ])('%s is a moment', (text) => {
    expect(readClickTime(text, undefined)).toEqual(moment);
    expect(readClickTime(text, 'Asia/Tokyo')).toEqual(moment);
  });

  it.each([
    '2026-10-03 14:12:05',
    '2026-10-03  14:12:05,999',
    '2026-10-03T14:12:05',
    '2026/10/3 14:12:05',
    '2026.10.03 14:12:05',
    '2026-10-03 02:12:05 PM',
    '20261003 14:12:05',
    '20261003141205',
    '03.10.2026 14:12:05',
    '3.10.2026, 14:12:05 Uhr',
    '3 Oct 2026, 14:12:05',
    '3rd October 2026 14:12:05',
    '03-Oct-2026 14:12:05',
    'Oct 3, 2026, 2:12:05\u202fPM',
    'october 3 2026 2:12:05 p.m.',
    'Sat Oct  3 14:12:05 2026',
  ])('%s is wall clock', (text) => {
    expect(readClickTime(text, undefined)).toEqual(wall);
    expect(readClickTime(text, 'UTC')).toEqual(moment);
    expect(readClickTime(text, '+00:00')).toEqual(moment);
  });

  it.each([
    ['10/25/2026 3:05 PM', '2026-10-25 15:05:00'],
    ['25/10/2026 15:05', '2026-10-25 15:05:00'],
    ['25-10-2026 15:05:09', '2026-10-25 15:05:09'],
    ['5/5/2026 12:00 AM', '2026-05-05 00:00:00'],
    ['5/5/2026 12:00 pm', '2026-05-05 12:00:00'],
    ['202610251505', '2026-10-25 15:05:00'],
  ])('%s is %s, for it can be nothing else', (text, at) => {
    expect(readClickTime(text, undefined)).toEqual({ at });
  });

  it.each(['3/4/2026 3:05 PM', '03-04-2026 15:05', '12/11/2026 00:00', '2026100314'])(
    '%s can be read in two ways and so is not',
    (text) => {
      expect(readClickTime(text, undefined)).toBe(`the time "${text}" can be read in two ways`);
    },
  );

  it.each(['2026-10-03', '20261003', '03.10.2026', '10/03/2026', 'Oct 3, 2026', '3 October 2026'])(
    '%s is only a day',
    (text) => {
      expect(readClickTime(text, undefined)).toBe(`the time "${text}" is only a day`);
    },
  );

  it.each([
    'now',
    '14:12',
    '45935.59',
    '1.79E+12',
    '2026-10-03 13:05 PM',
    '2026-10-03 0:05 PM',
    '2026-10-03 123',
    '03.10.26 14:12',
    '2026-10-03 14:12:05 CEST',
    '3 Okt 2026 14:12',
  ])('%s cannot be read', (text) => {
    expect(readClickTime(text, undefined)).toBe(`the time "${text}" cannot be read`);
  });

  it.each([
    ['2026-02-30 10:00', 'does not exist'],
    ['2026-10-03 24:10', 'does not exist'],
    ['2026-10-03 14:61Z', 'does not exist'],
    ['31.11.2026 10:00 +02:00', 'does not exist'],
    ['13/13/2026 10:00', 'does not exist'],
    ['20261332101010', 'does not exist'],
    ['2026-10-03 14:12 Mars/Olympus', 'has an unknown time zone'],
    ['2026-10-03 14:12 +25:00', 'has an unknown time zone'],
    ['9999999999999', 'is not between 1970 and 2038'],
    ['1960-01-01 00:00', 'is not between 1970 and 2038'],
    ['2999-01-01T00:00:00Z', 'is not between 1970 and 2038'],
  ])('%s has a form that is read, so what is wrong with it is said: it %s', (text, why) => {
    expect(readClickTime(text, undefined)).toBe(`the time "${text}" ${why}`);
  });

  it('is read in every form of the list that is printed', () => {
    const examples = timeExamples.flatMap(([given]) => given);
    expect(clickTimeForms.join()).toContain(examples.at(-1));
    for (const example of examples) expect(readClickTime(example, undefined)).toEqual(expect.any(Object));
  });

  it('is the same moment in whatever form it is written', () => {
    const noon = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    const offset = fc.integer({ min: -12 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(noon, offset, (epoch, minutes) => {
        const sign = minutes < 0 ? '-' : '+';
        const two = (number: number) => String(number).padStart(2, '0');
        const suffix = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
        const local = new Date((epoch + minutes * 60) * 1000);
        const [date = '', time = ''] = local.toISOString().slice(0, 19).split('T');
        const german = `${date.split('-').toReversed().join('.')} ${time}`;
        for (const text of [
          `${date}T${time}${suffix}`,
          `${german} ${suffix}`,
          local.toUTCString().replace('GMT', suffix),
        ]) {
          expect(readClickTime(text, 'Asia/Tokyo')).toEqual({ epoch });
        }
      }),
    );
  });
});
