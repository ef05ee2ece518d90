import { createInterface } from 'node:readline';
import { Problem } from '../errors.ts';

/** What is about to happen, and how to say yes where nobody can be asked. */
interface Question {
  /** a sentence: what will happen, to whom */
  consequence: string;
  /** for the hint of the Problem */
  instead: string;
}

/** Whether somebody sits at a terminal who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Whether somebody at the terminal agrees. A usage Problem where there is none: whoever writes a script has to say --yes.
 */
export async function askConsent({ consequence, instead }: Question): Promise<boolean> {
  if (!canAsk()) {
    throw new Problem('usage', `${consequence} Nothing was changed.`, { hint: instead });
  }
  process.stderr.write(`${consequence} Go on? [y/N] `);
  // Lines as the terminal gives them: Ctrl-C then ends the program, as it does everywhere before a run.
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
  }
}
