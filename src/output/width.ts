import Table from 'cli-table3';

/**
 * How many terminal cells a line of text takes, exactly as cli-table3 counts when it pads: wide East Asian characters
 * and emoji two, combining marks none. cli-table3 is asked itself, so that the two can never disagree.
 */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  const probe = new Table({ style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } });
  probe.push([text]);
  probe.toString();
  return probe.options.colWidths[0] ?? text.length;
}
