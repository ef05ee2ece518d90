import type { Judgement } from '../report/rules.ts';
import { formatCount, formatShare } from './numbers.ts';

/** What is said of a rule that was broken or could not be judged; undefined for one that was kept. */
export function describeJudgement({ rule, value, outcome }: Judgement): string | undefined {
  if (outcome === 'kept') return undefined;
  if (outcome === 'not_enough_data' || value === null) {
    return `--fail-if "${rule.text}": not judged, there are fewer than 20 entries to judge by.`;
  }
  const isShare = rule.metric === 'conversion' || rule.metric === 'settled';
  const found = isShare ? formatShare(value, 2) : formatCount(value);
  return `--fail-if "${rule.text}": ${rule.metric} is ${found}.`;
}
