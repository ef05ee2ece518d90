import { Problem } from '../errors.ts';

/** The usage Problem of `--explain` beside JSON: its lines come one by one, and JSON is one document. */
export function explainedJson(): Problem {
  return new Problem('usage', 'The lines of --explain cannot be part of one JSON document.', {
    hint: 'Leave out one of the two. Piped, --explain prints tab-separated lines.',
  });
}
