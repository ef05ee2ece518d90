import { readdirSync } from 'node:fs';

// npm installs, of the packages for all platforms, the one for this machine: its folder is all there is to find.

/** Path of the Bun that `npm ci` brought. Throws an Error when it brought none for this machine. */
export function bunProgram(): string {
  return programOf('@oven', 'bun-', 'bin/bun');
}

/** Path of the Deno that `npm ci` brought. Throws an Error when it brought none for this machine. */
export function denoProgram(): string {
  return programOf('@deno', '', 'deno');
}

function programOf(scope: string, start: string, path: string): string {
  const folder = `node_modules/${scope}`;
  const [found] = readdirSync(folder).filter((name) => name.startsWith(start));
  if (found === undefined) throw new Error(`There is no ${scope} program for this machine. Run npm ci.`);
  return `${process.cwd()}/${folder}/${found}/${path}`;
}
