/**
 * The folder relative paths begin at. When it has been deleted under the process, a name that leads nowhere: whoever needs
 * a file of it is told that the file is not there, and everybody else goes on.
 */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/proc/self/cwd';
  }
}
