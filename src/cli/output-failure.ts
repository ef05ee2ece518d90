import { exitCodes } from './exit-codes.ts';

type Listener = (error: NodeJS.ErrnoException) => void;

const ours = new Set<unknown>();

/** A reader that leaves early (`| head -1`) is no failure, least of all in the middle of a run that writes. */
export function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const listener: Listener = (error) => {
      if (error.code === 'EPIPE') return;
      // A full disk, say. There may be nowhere left to tell it, but the exit code can.
      process.exitCode = exitCodes.temporary;
      if (stream === process.stdout) process.stderr.write(`Error: The output cannot be written: ${error.message}.\n`);
    };
    ours.add(listener);
    stream.on('error', listener);
  }
}

/** Takes away the listener that oclif's Command brings along: it throws whatever is no closed pipe, as if it were a bug. */
export function removeThrowingListeners(): void {
  for (const listener of process.stdout.listeners('error')) {
    if (!ours.has(listener)) process.stdout.off('error', listener as Listener);
  }
}
