/** The two funnels (analytics guide, 1): `language` for language tests, `non_language` for all others. */
export const funnelTypes = ['language', 'non_language'] as const;

export type FunnelType = (typeof funnelTypes)[number];
