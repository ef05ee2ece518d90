import { compareWithLimit, type Found, isShare, type Judgement, type Rule } from '../report/fail-if.ts';
import { fewEntries } from '../report/rules.ts';
import { formatCount, formatPercent } from './numbers.ts';

/** What is said of a rule that was broken or could not be judged; undefined for one that was kept. */
export function describeJudgement({ rule, found, outcome, windowDays }: Judgement): string | undefined {
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
  if (outcome === 'not_enough_data' || found === null) {
    return `--fail-if "${rule.text}": not judged, there are fewer than ${fewEntries} entries to judge by.`;
  }
  return `--fail-if "${rule.text}": ${rule.metric} is ${inWords(found, rule)}.`;
}

/** A share with as many decimals as it takes to see why the rule holds: 219 of 10,000 is not 2.2 %. */
function inWords(found: Found, rule: Rule): string {
  const { part, whole } = found;
  if (!isShare(rule.metric)) return formatCount(part);
  let digits = 2;
  let shown = formatPercent(part, whole, digits);
  while (compareWithLimit(read(shown), rule) !== compareWithLimit(found, rule)) {
    digits += 1;
    shown = formatPercent(part, whole, digits);
  }
  return `${shown} (${formatCount(part)} of ${formatCount(whole)})`;
}

/** A percentage as it is shown, as a fraction of whole numbers. */
function read(percent: string): { part: bigint; whole: bigint } {
  const [digits = '', decimals = ''] = percent.slice(0, -1).split('.');
  return { part: BigInt(digits + decimals), whole: 100n * 10n ** BigInt(decimals.length) };
}
