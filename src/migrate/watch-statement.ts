import type { Migration } from './migration.ts';
import type { MigrateOptions } from './options.ts';
import { statementProgress } from './processlist.ts';

const askEveryMs = 500;

/**
 * Tells `onProgress` how far the statement is that `connectionId` runs, twice a second, until the returned function is
 * called. Asks over the companion connection; answers that do not come are not missed.
 */
export function watchStatement(
  migration: Migration,
  number: number,
  connectionId: number | null,
  { companion, onProgress }: Pick<MigrateOptions, 'companion' | 'onProgress'>,
): () => void {
  if (companion === undefined || onProgress === undefined || connectionId === null) return () => undefined;
  const startedAt = performance.now();
  let isOver = false;
  let isAsking = false;
  const timer = setInterval(async () => {
    if (isAsking) return;
    isAsking = true;
    const progress = await statementProgress(companion, connectionId).catch(() => null);
    isAsking = false;
    if (isOver || progress === null) return;
    const { version, name, statements } = migration;
    const ms = performance.now() - startedAt;
    onProgress({ version, name, number, total: statements.length, ms, ...progress });
  }, askEveryMs);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
