import type { Engine } from '../database/database.ts';
import { Problem } from '../errors.ts';
import type { DuplicateGroup } from '../funnel/duplicate-group.ts';
import type { DuplicateTotals } from '../funnel/duplicates.ts';
import { resolvingStatements, statementsHeader } from '../funnel/duplicates-sql.ts';
import { formatCount } from './numbers.ts';
import { visible } from './visible.ts';

/**
 * Writes a script that resolves groups one by one: a header before the first, the totals after the last. A second
 * `start`, after the connection was lost, is a temporary Problem once something has been printed.
 */
export function duplicatesScript(print: (text: string) => void): {
  start: () => void;
  add: (group: DuplicateGroup, target: { engine: Engine; hasOutbox: boolean }) => void;
  end: (totals: DuplicateTotals) => void;
} {
  let isBegun = false;
  return {
    start() {
      if (!isBegun) return;
      throw new Problem('temporary', 'The connection to the database was lost: the statements printed are not all.', {
        hint: 'Throw them away and run it again.',
      });
    },
    add(group, target) {
      if (!isBegun) print(`${statementsHeader(target.engine).join('\n')}\n`);
      isBegun = true;
      print(`\n${resolvingStatements(group, target, visible)}\n`);
    },
    end({ total, entries }) {
      if (total === 0) return print('-- No duplicates: there is nothing to resolve.\n');
      const what = total === 1 ? '1 group' : `${formatCount(total)} groups`;
      print(
        `\n-- ${what} of duplicates, ${formatCount(entries)} entries, ${formatCount(entries - total)} of them deleted.\n`,
      );
    },
  };
}
