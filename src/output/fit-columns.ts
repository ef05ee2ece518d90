/** Cells between two columns. */
export const gap = 2;

/**
 * Texts are wrapped before another column is left out: down to `least` for one that matters, down to `comfortable` only for
 * one of a larger priority than `matters`, because rows of many lines are hard to read.
 */
const textWidth = { comfortable: 30, least: 20 };
const matters = 3;

/** What a column needs, in cells. */
export interface Wanted {
  /** 1 stays whatever happens; the larger, the earlier it goes */
  priority: number;
  /** the title and its widest value */
  width: number;
  title: number;
  /** a text, which can be broken over lines; numbers cannot */
  isText: boolean;
  /** no row has a value */
  isEmpty: boolean;
}

/** The columns that are shown, by index, and the width of each. */
export interface Fitted {
  shown: number[];
  widths: number[];
}

/**
 * Which columns go into so many cells, and how wide: all as they are if they fit; else without the empty ones; else with
 * long texts wrapped; else without those of the largest priority, of equals the rightmost. Whatever still fits then is put
 * back. Null when not even those fit that must stay.
 */
export function fitColumns(columns: readonly Wanted[], limit: number): Fitted | null {
  const wide = (index: number): number => columns[index]?.width ?? 0;
  const narrow = (index: number): number => atLeast(textWidth.least, columns[index]);
  const comfortable = (index: number): number => atLeast(textWidth.comfortable, columns[index]);
  const priority = (index: number): number => columns[index]?.priority ?? 1;
  const isEmpty = (index: number): boolean => columns[index]?.isEmpty === true;
  // The first to stay comes first.
  const ranked = [...columns.keys()].sort((a, b) => priority(a) - priority(b) || a - b);
  const shown = new Set(ranked);
  const drop = (index: number | undefined): boolean => index !== undefined && shown.delete(index);
  const last = (which: (index: number) => boolean): number | undefined =>
    ranked.findLast((index) => shown.has(index) && priority(index) > 1 && which(index));

  while (total(shown, wide) > limit && drop(last(isEmpty)));
  while (total(shown, comfortable) > limit && drop(last((index) => priority(index) > matters)));
  while (total(shown, narrow) > limit) if (!drop(last(() => true))) return null;
  for (const index of ranked) {
    const width = isEmpty(index) ? wide : priority(index) > matters ? comfortable : narrow;
    if (!shown.has(index) && total([...shown, index], width) <= limit) shown.add(index);
  }
  const inOrder = [...shown].sort((a, b) => a - b);
  return { shown: inOrder, widths: shareOut(inOrder.map(narrow), inOrder.map(wide), limit) };
}

/** The width of a column whose text may be wrapped at so many cells, never narrower than its title. */
function atLeast(cells: number, column: Wanted | undefined): number {
  if (column === undefined) return 0;
  return column.isText ? Math.min(column.width, Math.max(column.title, cells)) : column.width;
}

function total(indexes: Iterable<number>, widthOf: (index: number) => number): number {
  const widths = [...indexes].map(widthOf);
  return widths.reduce((sum, width) => sum + width, gap * Math.max(0, widths.length - 1));
}

/** Widens the narrowest column that is too narrow, cell by cell, as long as there is room. */
function shareOut(narrow: readonly number[], wide: readonly number[], limit: number): number[] {
  const widths = [...narrow];
  let room = limit - total(widths.keys(), (index) => widths[index] ?? 0);
  for (; room > 0; room -= 1) {
    const wanting = [...widths.keys()].filter((index) => (widths[index] ?? 0) < (wide[index] ?? 0));
    const [first] = wanting.sort((a, b) => (widths[a] ?? 0) - (widths[b] ?? 0));
    if (first === undefined) break;
    widths[first] = (widths[first] ?? 0) + 1;
  }
  return widths;
}
