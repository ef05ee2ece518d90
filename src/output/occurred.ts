/** The counters that are not zero, in their order. */
export function occurred<Key extends string>(counts: Record<Key, number>): [Key, number][] {
  return (Object.entries(counts) as [Key, number][]).filter(([, count]) => count > 0);
}
