import { exitCodes } from './exit-codes.ts';
import { hurryDatabases } from './open-databases.ts';

/** SIGTERM and Ctrl-C turned into an abort signal that a long run can heed. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 143 or 130 once a signal came, else undefined */
  readonly exitCode: 130 | 143 | undefined;
  /** Puts the usual behaviour of the signals back. */
  dispose(): void;
}

/** How long a database has for each answer once somebody wants to stop: systemd kills after 90 s. */
const databaseSeconds = 10;

/** `npm run` hands a Ctrl-C of the terminal on, so that it arrives twice; nobody presses it again this quickly. */
const echoMs = 500;

/**
 * From now on the first SIGTERM, SIGINT or SIGHUP fires `signal` instead of ending the process, so that what is in
 * flight can finish; the second one ends it at once. A database that does not answer is not waited for much longer.
 */
export function watchSignals(): Interruption {
  const controller = new AbortController();
  let exitCode: Interruption['exitCode'];
  let firstAt = 0;
  const react = (signal: NodeJS.Signals): void => {
    const code = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
    if (exitCode !== undefined) {
      if (performance.now() - firstAt > echoMs) process.exit(code);
      return;
    }
    exitCode = code;
    firstAt = performance.now();
    controller.abort();
    hurryDatabases(databaseSeconds);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, react);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    dispose: () => {
      for (const signal of signals) process.off(signal, react);
    },
  };
}
