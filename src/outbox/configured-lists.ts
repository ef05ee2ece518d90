import type { Settings } from '../config/settings.ts';

/** The lists at Brevo that the funnels lead to, and those that buyers join. */
export function configuredLists({ funnels }: Pick<Settings, 'funnels'>): number[] {
  const ids = Object.values(funnels).flatMap(({ listId, onPurchase }) => [listId, onPurchase.listId]);
  return [...new Set(ids)].filter((id) => id !== undefined);
}
