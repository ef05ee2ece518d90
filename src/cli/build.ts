/** What the build put in, such as "a46c410, 2026-11-24"; not there when the program runs from its sources. */
declare const FUNNELS_BUILD: string | undefined;

/** ` (build …)` for the version, or nothing when nobody built the program. */
export function buildSuffix(): string {
  return typeof FUNNELS_BUILD === 'string' && FUNNELS_BUILD !== '' ? ` (build ${FUNNELS_BUILD})` : '';
}
