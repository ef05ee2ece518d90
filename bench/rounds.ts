/** One of the two things that are timed in turn; `prepare` is not part of its time. */
export interface Side {
  name: string;
  prepare?: () => Promise<void>;
  run: () => Promise<void>;
}

/**
 * Times a subject and its yardstick in turn, A B A B …, and prints the median of each in milliseconds and of the ratios
 * of the pairs: a ratio holds when the machine's speed drifts, single times do not. The first pair is not counted.
 */
export async function compare(title: string, rounds: number, subject: Side, yardstick: Side): Promise<void> {
  const time = async ({ prepare, run }: Side): Promise<number> => {
    await prepare?.();
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const pairs: { a: number; b: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair = { a: await time(subject), b: await time(yardstick) };
    if (round > 0) pairs.push(pair);
  }
  console.log(title);
  print(
    subject.name,
    pairs.map(({ a }) => a),
    ' ms',
    0,
  );
  print(
    yardstick.name,
    pairs.map(({ b }) => b),
    ' ms',
    0,
  );
  print(
    'time, first / second',
    pairs.map(({ a, b }) => a / b),
    '',
    2,
  );
}

function print(name: string, values: number[], unit: string, digits: number): void {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(digits);
  console.log(`  ${name.padEnd(44)} median ${at(0.5).padStart(7)}${unit}  (${at(0)} to ${at(1)})`);
}
