import type { Judgement } from '../report/rules.ts';
import { formatCount, formatShare } from './numbers.ts';

/** What is said of a rule that was broken or could not be judged; undefined for one that was kept. */
export function describeJudgement({ rule, value, outcome, windowDays }: Judgement): string | undefined {
  if (outcome === 'kept') return undefined;
  const window = windowDays === 1 ? '1 day' : `${windowDays} days`;
  if (outcome === 'never') {
    return (
      `--fail-if "${rule.text}": can never be judged, because the period is no longer than the window of ${window}. ` +
      `Choose a longer one, such as --period last-${2 * windowDays}d, or a shorter --window.`
    );
  }
  if (outcome === 'too_early') {
    return `--fail-if "${rule.text}": not judged, no entry of the period can be ${window} old yet.`;
  }
  if (outcome === 'not_enough_data' || value === null) {
    return `--fail-if "${rule.text}": not judged, there are fewer than 20 entries to judge by.`;
  }
  const isShare = rule.metric === 'conversion' || rule.metric === 'settled';
  const found = isShare ? formatShare(value, 2) : formatCount(value);
  return `--fail-if "${rule.text}": ${rule.metric} is ${found}.`;
}
