import type { Session } from '../database/database.ts';

// All columns: only MariaDB has those of the progress. Everybody may see his own connections here.
const connection = `SELECT * FROM information_schema.processlist WHERE id = ?`;

/** How far the statement that a connection is running has come. */
export interface StatementProgress {
  /** per cent of the stage; null where the server does not say (MySQL, and short statements) */
  percent: number | null;
  stage: number;
  stages: number;
}

/** What the server says about the statement another connection of ours is running. */
export async function statementProgress(session: Session, connectionId: number): Promise<StatementProgress> {
  const [row] = await session.query<{ STAGE?: number; MAX_STAGE?: number; PROGRESS?: string }>(connection, [
    connectionId,
  ]);
  const { STAGE: stage = 0, MAX_STAGE: stages = 0, PROGRESS: progress = '0' } = row ?? {};
  return { percent: stages > 0 ? Math.floor(Number(progress)) : null, stage, stages };
}
