import type { Settings } from '../config/settings.ts';

/** The lists at Brevo that the funnels lead to. */
export function configuredLists({ funnels }: Pick<Settings, 'funnels'>): number[] {
  return [funnels.language.listId, funnels.non_language.listId].filter((id) => id !== undefined);
}
