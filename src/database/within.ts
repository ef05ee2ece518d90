/**
 * The outcome of `call`, or, after `giveUp`, a rejection: with an error as the driver's own for a silent server when the
 * outcome does not come within `seconds` (0: no limit), with the reason of `signal` when that is aborted. The driver's
 * time-out is not used: its timer outlives a lost connection and would keep the process from ending.
 */
export async function within<Result>(
  seconds: number,
  signal: AbortSignal,
  giveUp: () => void,
  call: () => Promise<Result>,
): Promise<Result> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const stop = (error: unknown): void => {
    giveUp();
    reject(error);
  };
  const silence = (): void => {
    const error = new Error(`the server gave no answer within ${seconds} s`);
    stop(Object.assign(error, { code: 'PROTOCOL_SEQUENCE_TIMEOUT', fatal: true }));
  };
  const abort = (): void => stop(signal.reason);
  const timer = seconds === 0 ? undefined : setTimeout(silence, seconds * 1000);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([call(), end]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
