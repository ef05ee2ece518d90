/** One of the two things that are timed in turn. */
interface Side {
  name: string;
  run: () => void;
}

/**
 * Times a subject and its yardstick in turn, A B A B …, and prints the median of each and of the ratios of the pairs:
 * a ratio holds when the machine's speed drifts, single times do not. One pair is run first and not counted.
 */
export function pairs({ runs, subject, yardstick }: { runs: number; subject: Side; yardstick: Side }): void {
  const time = (side: Side): number => {
    const start = performance.now();
    side.run();
    return performance.now() - start;
  };
  time(subject);
  time(yardstick);
  const times = Array.from({ length: runs }, () => ({ a: time(subject), b: time(yardstick) }));
  print(
    subject.name,
    times.map(({ a }) => a),
    'ms',
  );
  print(
    yardstick.name,
    times.map(({ b }) => b),
    'ms',
  );
  print(
    'ratio',
    times.map(({ a, b }) => a / b),
    '',
  );
}

function print(name: string, values: number[], unit: string): void {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  console.log(`${name.padEnd(28)} median ${at(0.5)}${unit} (${at(0)} to ${at(1)})`);
}
