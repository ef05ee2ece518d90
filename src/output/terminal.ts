/** What the renderers may assume about the place the text goes to. */
export interface Terminal {
  isTerminal: boolean;
  /** cells per line; 80 when nobody says */
  columns: number;
  /** whether characters beyond ASCII can be drawn as rules and bars */
  unicode: boolean;
  color: boolean;
}

/**
 * Describes a stream from what Node says about it and from the usual variables: `COLUMNS`, `LC_ALL`, `LC_CTYPE`, `LANG`,
 * `TERM`, `NO_COLOR`, `FORCE_COLOR`. Each stream has its own answer: stdout may be a pipe while stderr is a terminal.
 */
export function describeTerminal(
  stream: { isTTY?: boolean; columns?: number },
  environment: Record<string, string | undefined>,
): Terminal {
  const isTerminal = stream.isTTY === true;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return {
    isTerminal,
    columns: widthOf(stream.columns) ?? widthOf(Number(environment.COLUMNS)) ?? 80,
    unicode: /utf-?8/i.test(locale),
    color: wantsColor(isTerminal, environment),
  };
}

function widthOf(columns: number | undefined): number | undefined {
  return columns !== undefined && Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

/** An empty variable counts as unset, and NO_COLOR wins over FORCE_COLOR: text without colour harms nobody. */
function wantsColor(isTerminal: boolean, environment: Record<string, string | undefined>): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR) return !['0', 'false'].includes(environment.FORCE_COLOR);
  return isTerminal && environment.TERM !== 'dumb';
}
