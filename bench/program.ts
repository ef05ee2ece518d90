import { existsSync } from 'node:fs';

/** The program that is measured: dist/funnels, or what BENCH_PROGRAM names. Throws when it is not there. */
export function benchProgram(): string {
  const program = process.env.BENCH_PROGRAM ?? 'dist/funnels';
  if (!existsSync(program)) throw new Error(`There is no ${program}. Build it first: npm run build`);
  return program;
}
