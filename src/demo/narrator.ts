import type { Terminal } from '../output/terminal.ts';
import { wrapWords } from '../output/wrap.ts';

const widest = 100;

/** Speaks between the commands. Each call resolves when its text is out, so that a command's output comes after it. */
export interface Narrator {
  /** a paragraph, with a blank line before it */
  say(text: string): Promise<void>;
  /** lines as they are: SQL, lists */
  show(text: string): Promise<void>;
  /** a command line as somebody would type it */
  type(line: string): Promise<void>;
}

/** `write` resolves when the text has left the process. */
export function createNarrator(write: (text: string) => Promise<void>, { columns, color }: Terminal): Narrator {
  const bold = (text: string): string => (color ? `\x1b[1m${text}\x1b[22m` : text);
  return {
    say: (text) => write(`\n${wrapWords(text, Math.min(columns, widest)).join('\n')}\n`),
    show: (text) => write(`${text}\n`),
    type: (line) => write(`${bold(`$ ${line}`)}\n`),
  };
}
