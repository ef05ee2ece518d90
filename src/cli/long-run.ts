import { Problem } from '../errors.ts';
import { createProgress } from '../output/progress.ts';
import { exitCodes } from './exit-codes.ts';
import { type Interruption, watchSignals } from './interruption.ts';
import { log } from './log.ts';
import { showStatusLine } from './status-line.ts';

/** What a run gets that may take long: a signal to heed, and a bar to move. */
export interface LongRun {
  signal: AbortSignal;
  onProgress: (done: number, total?: number) => void;
  /** shows a text where the bar would be; only a terminal does */
  tell: (text: string) => void;
}

/**
 * Does `work` with a progress bar on stderr (`label` names what is counted) and with SIGTERM and Ctrl-C turned into an
 * abort signal. When a signal came, the process will exit with its code, also when the work then failed.
 */
export async function longRun<Result>(
  label: string,
  unicode: boolean,
  work: (run: LongRun) => Promise<Result>,
): Promise<Result> {
  const interruption = watchSignals();
  const progress = createProgress(process.stderr, { label, unicode });
  const endStatusLine = showStatusLine(progress);
  interruption.signal.addEventListener('abort', () => {
    const isCtrlC = interruption.exitCode === exitCodes.interrupted;
    if (isCtrlC) log.info('Finishing what is in flight; press Ctrl-C again to end at once.');
  });
  try {
    return await work({
      signal: interruption.signal,
      onProgress: progress.advance,
      tell: progress.tell,
    });
  } catch (error) {
    throw stopped(error, interruption.exitCode);
  } finally {
    endStatusLine();
    process.exitCode = interruption.exitCode;
    interruption.dispose();
  }
}

/** What a run met after somebody had stopped it: told, but the signal is what it ended by. */
function stopped(error: unknown, exitCode: Interruption['exitCode']): unknown {
  if (exitCode === undefined || !(error instanceof Problem)) return error;
  const { message, hint } = error;
  const [kind, by] =
    exitCode === exitCodes.interrupted ? (['interrupted', 'Ctrl-C'] as const) : (['terminated', 'a signal'] as const);
  return new Problem(kind, `Stopped by ${by}. ${message}`, { cause: error, ...(hint === undefined ? {} : { hint }) });
}
