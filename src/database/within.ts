/**
 * The outcome of `call`, or, when that does not come within `seconds` (0: no limit), an error as the driver's own for a
 * silent server, after `giveUp`. The driver's time-out is not used: its timer outlives a lost connection and would keep
 * the process from ending.
 */
export async function within<Result>(
  seconds: number,
  giveUp: () => void,
  call: () => Promise<Result>,
): Promise<Result> {
  if (seconds === 0) return call();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      giveUp();
      const error = new Error(`the server gave no answer within ${seconds} s`);
      reject(Object.assign(error, { code: 'PROTOCOL_SEQUENCE_TIMEOUT', fatal: true }));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([call(), silence]);
  } finally {
    clearTimeout(timer);
  }
}
