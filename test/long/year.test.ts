import { describe, expect, it } from 'vitest';
import { engines } from '../support/test-databases.ts';
import { play } from '../year/play.ts';

const given = process.env.FUNNELS_TEST_YEAR_SEED;
const seeds = given === undefined ? [11, 12, 13] : [Number(given)];

describe.each(engines)('two hundred days (%s)', (engine) => {
  it.each(seeds)(
    'of a site come out as the model says, whatever happens there (seed %i)',
    async (seed) => {
      await play({ engine, seed, days: 200, people: 60, takeOverOn: 70, outage: { from: 110, to: 114 } });
      expect.hasAssertions();
    },
    900_000,
  );
});
