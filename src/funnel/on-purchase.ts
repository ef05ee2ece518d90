import type { FunnelSettings } from './candidate.ts';

/** The lists that a purchase adds a contact to and takes it from, as payloads name them. */
export interface PurchaseLists {
  list_ids?: number[];
  unlink_list_ids?: number[];
}

/**
 * What the setting funnels.<name>.onPurchase asks for: buyers join its list, and leave the funnel's unless told to stay.
 * Nothing at all when it is not set, so that payloads are then what they always were.
 */
export function purchaseLists({ listId, onPurchase }: FunnelSettings): PurchaseLists {
  const joined = onPurchase?.listId;
  const leaves = onPurchase?.leaveFunnelList ?? joined !== undefined;
  return {
    ...(joined !== undefined && { list_ids: [joined] }),
    ...(leaves && listId !== undefined && { unlink_list_ids: [listId] }),
  };
}
