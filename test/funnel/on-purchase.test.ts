import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { purchaseLists } from '../../src/funnel/on-purchase.ts';
import type { SyncOptions } from '../../src/funnel/sync.ts';
import { engines } from '../support/test-databases.ts';
import { bothFunnels, createSyncedSite, type SyncedSite } from './synced-site.ts';

const { language } = bothFunnels;

describe('the lists of a buyer', () => {
  it.each([
    [undefined, undefined, {}],
    [21, undefined, { list_ids: [21], unlink_list_ids: [5] }],
    [21, true, { list_ids: [21], unlink_list_ids: [5] }],
    [21, false, { list_ids: [21] }],
    [undefined, true, { unlink_list_ids: [5] }],
    [undefined, false, {}],
  ])('with onPurchase.listId %s and leaveFunnelList %s are %j', (listId, leaveFunnelList, lists) => {
    expect(purchaseLists({ ...language, onPurchase: { listId, leaveFunnelList } })).toEqual(lists);
  });

  it('are none without the setting, and none to leave when the funnel has no list', () => {
    expect(purchaseLists(language)).toEqual({});
    const onPurchase = { listId: 21, leaveFunnelList: true };
    expect(purchaseLists({ ...language, listId: undefined, onPurchase })).toEqual({ list_ids: [21] });
  });
});

describe.each(engines)('the job of a purchase (%s)', (engine) => {
  let site: SyncedSite;
  beforeAll(async () => {
    site = await createSyncedSite(engine);
  });
  beforeEach(async () => {
    await site.clear();
    await site.enter('ann@x.com', 'language', 5, '2026-01-02 03:04:05');
    await site.enter('bob@x.com', 'non_language', 7, '2026-01-02 03:04:05');
    await site.pay('ann@x.com', 1, '2026-02-03 23:59:58');
    await site.pay('bob@x.com', 2, '2026-02-03 23:59:58');
  });
  afterAll(() => site.drop());

  async function payloads(funnels: SyncOptions['funnels']): Promise<string[]> {
    await site.dryRun({ funnels });
    await site.sync({ funnels });
    return (await site.jobs('update_after_purchase')).map(({ payload }) => payload);
  }

  const attributes = (funnel: string): string =>
    `"attributes":{"FUNNEL_TYPE":"${funnel}","CERTIFICATE_PURCHASED":true,"CERTIFICATE_PURCHASED_AT":"2026-02-03"}}`;
  const ann = '{"email":"ann@x.com","funnel_type":"language","purchased_at":"2026-02-03 23:59:58",';
  const bob = '{"email":"bob@x.com","funnel_type":"non_language","purchased_at":"2026-02-03 23:59:58",';

  it('is as it always was when nothing is configured', async () => {
    const unset = { listId: undefined, leaveFunnelList: undefined };
    const funnels = { ...bothFunnels, language: { ...language, onPurchase: unset } };
    expect(await payloads(funnels)).toEqual([ann + attributes('language'), bob + attributes('non_language')]);
  });

  it('names the lists of its own funnel', async () => {
    const funnels = {
      ...bothFunnels,
      language: { ...language, onPurchase: { listId: 21, leaveFunnelList: undefined } },
    };
    expect(await payloads(funnels)).toEqual([
      `${ann}"list_ids":[21],"unlink_list_ids":[5],${attributes('language')}`,
      bob + attributes('non_language'),
    ]);
  });
});
