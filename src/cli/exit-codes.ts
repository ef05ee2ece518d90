import type { ProblemKind } from '../errors.ts';

/** Exit codes, sysexits where they exist; docs/operations.md says what to do about each. */
export const exitCodes = {
  done: 0,
  bug: 1,
  /** findings or something pending, only with --exit-code and --fail-if */
  findings: 8,
  usage: 64,
  data: 65,
  unavailable: 69,
  temporary: 75,
  refused: 77,
  configuration: 78,
  interrupted: 130,
  terminated: 143,
} as const satisfies Record<ProblemKind, number> & Record<string, number>;
