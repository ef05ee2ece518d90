/**
 * Whether this command line asks for the result, or the error, as JSON: --json, `--format json`, or the variable
 * FUNNELS_CONTENT_TYPE=json. What stands after `--` is an argument and asks for nothing.
 */
export function asksForJson(argv: readonly string[], environment: Record<string, string | undefined>): boolean {
  if (environment.FUNNELS_CONTENT_TYPE?.toLowerCase() === 'json') return true;
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.some(
    (word, index) =>
      word === '--json' || word === '--format=json' || (word === '--format' && own[index + 1] === 'json'),
  );
}
