import type { AccountNeeds } from '../brevo/account-check.ts';
import type { Settings } from '../config/settings.ts';

/** What the account at Brevo has to have for these settings, and the setting that asks for each. */
export function accountNeeds({ funnels, brevo }: Pick<Settings, 'funnels' | 'brevo'>): AccountNeeds {
  const lists = Object.entries(funnels).flatMap(([name, { listId, onPurchase }]) => [
    { id: listId, setting: `funnels.${name}.listId` },
    { id: onPurchase.listId, setting: `funnels.${name}.onPurchase.listId` },
  ]);
  const { funnelType, certificatePurchased, certificatePurchasedAt } = brevo.attributes;
  return {
    lists: lists.flatMap(({ id, setting }) => (id === undefined ? [] : [{ id, setting }])),
    attributes: [
      {
        name: funnelType,
        types: ['text', 'category'],
        options: Object.keys(funnels),
        setting: 'brevo.attributes.funnelType',
      },
      { name: certificatePurchased, types: ['boolean'], setting: 'brevo.attributes.certificatePurchased' },
      { name: certificatePurchasedAt, types: ['date', 'text'], setting: 'brevo.attributes.certificatePurchasedAt' },
    ],
  };
}
