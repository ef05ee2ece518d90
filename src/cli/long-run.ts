import { createProgress } from '../output/progress.ts';
import { watchSignals } from './interruption.ts';

/** What a run gets that may take long: a signal to heed, and a bar to move. */
export interface LongRun {
  signal: AbortSignal;
  onProgress: (done: number, total?: number) => void;
  /** shows a text where the bar would be; only a terminal does */
  tell: (text: string) => void;
  /** makes room for a line of the log */
  clear: () => void;
}

/**
 * Does `work` with a progress bar on stderr (`label` names what is counted) and with SIGTERM and Ctrl-C turned into an
 * abort signal. When a signal came, the process will exit with its code.
 */
export async function longRun<Result>(
  label: string,
  unicode: boolean,
  work: (run: LongRun) => Promise<Result>,
): Promise<Result> {
  const interruption = watchSignals();
  const progress = createProgress(process.stderr, { label, unicode });
  try {
    return await work({
      signal: interruption.signal,
      onProgress: progress.advance,
      tell: progress.tell,
      clear: progress.clear,
    });
  } finally {
    progress.finish();
    process.exitCode = interruption.exitCode;
    interruption.dispose();
  }
}
