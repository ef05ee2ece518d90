/** How to start the running program once more: the file to execute, and what stands before the arguments. */
export interface Program {
  file: string;
  before: readonly string[];
}

interface DenoGlobal {
  Deno?: { build: { standalone?: boolean } };
}

/**
 * The program that runs right now: as one executable (of Node or of Deno) its own file, unbuilt or bundled the runtime with
 * the file it was given. So a child started from it runs the very same code.
 */
export function runningProgram(): Program {
  const { execPath: file, argv } = process;
  const script = argv[1] ?? '';
  const { Deno: deno } = globalThis as DenoGlobal;
  if (deno !== undefined) return { file, before: deno.build.standalone === true ? [] : ['run', '-A', script] };
  return { file, before: process.getBuiltinModule('node:sea').isSea() ? [] : [script] };
}
