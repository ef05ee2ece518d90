import { describe, expect, it } from 'vitest';
import { readTimezone } from '../../src/report/words.ts';
import { zoneAt } from '../../src/report/zone-abbreviation.ts';

describe('the zone of a server', () => {
  it.each([
    ['EEST', 180, 'EEST'],
    ['EEST', 120, 'EET'],
    ['EET', 180, 'EEST'],
    ['CEST', 60, 'CET'],
    ['BST', 0, 'GMT'],
    ['EST', -240, 'EDT'],
    ['AEDT', 600, 'AEST'],
    ['EEST', 60, 'UTC+01:00'],
    ['CST', 480, 'UTC+08:00'],
    ['MST', -450, 'UTC-07:30'],
    ['EEST', undefined, 'EEST'],
    ['MSK', 180, 'MSK'],
    ['UTC', 0, 'UTC'],
    ['Europe/Kyiv', 120, 'Europe/Kyiv'],
    ['+02:00', 120, '+02:00'],
  ])('that calls itself %s, %j minutes ahead of UTC, is %s', (told, offset, name) => {
    expect(zoneAt(told, offset)).toBe(name);
  });
});

describe('--timezone', () => {
  it.each([
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['UTC', 'UTC'],
    ['+02:00', '+02:00'],
    ['-0930', '-09:30'],
    ['+2', '+02:00'],
    ['\u22124', '-04:00'],
    ['+14:00', '+14:00'],
  ])('%s is %s', (text, zone) => {
    expect(readTimezone(text)).toBe(zone);
  });

  it.each(['', '2', '+15:00', '+02:60', 'Europe/Nowhere', '+2:0'])('%j is refused', (text) => {
    expect(() => readTimezone(text)).toThrow('there is no such time zone');
  });
});
