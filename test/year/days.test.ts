import { expect, it } from 'vitest';
import { play } from './play.ts';

const seed = Number(process.env.FUNNELS_TEST_YEAR_SEED ?? 1);

it('sixty days of a site, with the take-over of the predecessor in them, come out as the model says', async () => {
  await play({ engine: 'sqlite', seed, days: 60, people: 25, takeOverOn: 20, outage: { from: 35, to: 38 } });
  expect.hasAssertions();
});
