import type { Session } from '../database/database.ts';
import { migrationsFor } from './migration.ts';
import { readPlan } from './plan.ts';

/** One line of `migrate status`; dates as the database holds them. */
export interface MigrationStatus {
  version: number;
  name: string;
  /** applied · adopted (its tables were there before) · interrupted (to be continued) · pending · changed · unknown to this program */
  state: 'applied' | 'adopted' | 'interrupted' | 'pending' | 'changed' | 'unknown';
  appliedAt: string | null;
  toolVersion: string | null;
}

/** Every migration this program or the database knows, in version order. Reads only. */
export async function migrationStatus(session: Session): Promise<MigrationStatus[]> {
  const { history } = await readPlan(session);
  const rows = new Map((history ?? []).map((row) => [row.version, row]));
  const known = migrationsFor(session.engine);
  const statuses = known.map(({ version, name, checksum }): MigrationStatus => {
    const row = rows.get(version);
    if (row === undefined) return { version, name, state: 'pending', appliedAt: null, toolVersion: null };
    const { finishedAt: appliedAt, toolVersion } = row;
    if (row.checksum !== checksum) return { version, name, state: 'changed', appliedAt, toolVersion };
    const state = row.state === 'running' ? 'interrupted' : row.state === 'adopted' ? 'adopted' : 'applied';
    return { version, name, state, appliedAt, toolVersion };
  });
  for (const row of history ?? []) {
    if (known.some(({ version }) => version === row.version)) continue;
    const { version, name, finishedAt: appliedAt, toolVersion } = row;
    statuses.push({ version, name, state: 'unknown', appliedAt, toolVersion });
  }
  return statuses;
}
