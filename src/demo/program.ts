/** How to start the running program once more: the file to execute, and what stands before the arguments. */
export interface Program {
  file: string;
  before: readonly string[];
}

/** What only the other two runtimes have. */
interface OtherRuntimes {
  Bun?: { isStandaloneExecutable: boolean };
  Deno?: { build: { standalone: boolean } };
}

/**
 * The program that runs right now: as one executable (of Bun or of Deno) its own file, unbuilt or bundled the runtime
 * with its options and the file it was given. So a child started from it runs the very same code.
 */
export function runningProgram(): Program {
  const { execPath: file, execArgv, argv } = process;
  const script = argv[1] ?? '';
  const { Bun: bun, Deno: deno } = globalThis as OtherRuntimes;
  if (bun?.isStandaloneExecutable || deno?.build.standalone) return { file, before: [] };
  return { file, before: deno === undefined ? [...execArgv, script] : ['run', '-A', script] };
}
