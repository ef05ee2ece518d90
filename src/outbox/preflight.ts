import type { AccountCheck, AccountNeeds, Turns } from '../brevo/account-check.ts';
import { describeFailure } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import { rememberCheck, wasCheckedLately } from './account-checks.ts';
import { reportOnAccount } from './account-report.ts';
import { fingerprint } from './fingerprint.ts';
import { longestPauseSeconds } from './rate-limit.ts';
import { type Stop, stopForRateLimit, untouched } from './stop.ts';

const look = 'To see what Brevo has: funnels config check --brevo';

export interface PreflightOptions {
  /** who is asked: a success is remembered for this account only */
  apiKey: string;
  baseUrl: string;
  /** what the account has to have */
  needs: AccountNeeds;
  /** asks Brevo, each call in its turn */
  check: (needs: AccountNeeds, turns: Required<Turns>) => Promise<AccountCheck>;
  /** resolves when the next call may start; rejects when the signal fires */
  pace: (signal: AbortSignal) => Promise<void>;
  /** when it fires the check is given up: the run that asked for it is about to end by itself */
  signal: AbortSignal;
  onInformation?: (text: string) => void;
}

/**
 * Makes sure, before a run's first delivery, that the account has the configured lists and attributes: Brevo drops values
 * of unknown attributes without a word, and answers an unknown list as it does a bad address. A success is remembered in
 * the database for an hour, for the same account, address and needs. Returns why the run must end (kind `configuration`,
 * `refused`, or `temporary` for a long rate limit), or null: all is well, or nothing is known to be wrong because Brevo
 * could not be asked or the key may not read. Then the run goes on, and every delivery is answered for itself.
 */
export async function preflight(database: Database, options: PreflightOptions): Promise<Stop | null> {
  const { needs, apiKey, baseUrl, pace, signal } = options;
  const remembered = { account: fingerprint(apiKey), what: fingerprint(JSON.stringify([baseUrl, needs])) };
  if (await wasCheckedLately(database, remembered)) return null;
  const check = await options.check(needs, { pace, signal }).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (check === null) return null;
  if (check.kind === 'rate_limited' && check.retryAfterSeconds > longestPauseSeconds) {
    return stopForRateLimit(`is used up for another ${check.retryAfterSeconds} s`, check.retryAfterSeconds);
  }
  if (check.kind === 'transient' || check.kind === 'rate_limited') {
    const reason = describeFailure(check.reason);
    options.onInformation?.(`The lists and attributes in Brevo could not be checked; going on without: ${reason}`);
    return null;
  }
  const { problem, information } = reportOnAccount(check);
  if (information !== null) options.onInformation?.(information);
  if (problem !== null) return { ...problem, hint: `${untouched}. ${problem.hint} ${look}` };
  await database.transaction((session) => rememberCheck(session, remembered));
  return null;
}
