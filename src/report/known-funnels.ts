import { nearest } from '../config/nearest.ts';
import type { Session } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { funnelTypes } from '../funnel/funnel-type.ts';

const existsEntry = `SELECT EXISTS (SELECT 1 FROM funnel_entries e WHERE e.funnel_type = ?) AS isThere`;

/**
 * A usage Problem for a funnel that is neither one of the two nor a type the table holds: zeros would be taken for an
 * answer. Names the known ones, the nearest first.
 */
export async function checkFunnel(session: Session, funnel: string): Promise<void> {
  const known: readonly string[] = funnelTypes;
  if (known.includes(funnel)) return;
  const [row] = await session.query<{ isThere: number }>(existsEntry, [funnel]);
  if (Number(row?.isThere) === 1) return;
  const near = nearest(funnel, known);
  const names = near === undefined ? known : [near, ...known.filter((name) => name !== near)];
  throw new Problem('usage', `--funnel ${funnel}: there is no such funnel. There are ${names.join(', ')}.`, {
    hint: `For example: --funnel ${names[0]}`,
  });
}
