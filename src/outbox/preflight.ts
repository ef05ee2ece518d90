import type { AccountCheck, AccountNeeds, Turns } from '../brevo/account-check.ts';
import { describeFailure } from '../brevo/outcome.ts';
import type { Database } from '../database/database.ts';
import { type RememberedCheck, rememberCheck, wasCheckedLately } from './account-checks.ts';
import { reportOnAccount } from './account-report.ts';
import { fingerprint } from './fingerprint.ts';
import { longestPauseSeconds } from './rate-limit.ts';
import { type Stop, stopForRateLimit, untouched } from './stop.ts';

const look = 'To see what Brevo has: funnels config check --brevo';

export interface PreflightOptions {
  /** under which name a success is remembered */
  account: string;
  apiKey: string;
  baseUrl: string;
  /** what the account has to have */
  needs: AccountNeeds;
  /** asks Brevo, each call in its turn */
  check: (needs: AccountNeeds, turns: Required<Turns>) => Promise<AccountCheck>;
  /** resolves when the next call may start; rejects when the signal fires */
  pace: (signal: AbortSignal) => Promise<void>;
  /** lets nobody on the account start a call for so many seconds */
  pauseAll: (seconds: number) => Promise<void>;
  /** when it fires the check is given up: the run that asked for it is about to end by itself */
  signal: AbortSignal;
  onInformation?: (text: string) => void;
}

/** What asking the account has shown, and what there is to say about it. */
export type AccountState =
  /** it answers, and nothing is known to be wrong; `isWhole`: everything was checked */
  | { kind: 'well'; isWhole: boolean }
  /** no proper answer came */
  | { kind: 'unwell' }
  /** nothing should be sent: kind `configuration`, `refused`, or `temporary` for a long rate limit */
  | { kind: 'stop'; stop: Stop };

/**
 * Asks whether the account has the configured lists and attributes: Brevo drops values of unknown attributes without a
 * word, and answers an unknown list as it does a bad address. What is found is remembered in the database for an hour,
 * for the same key, address and needs.
 */
export async function askAccount(database: Database, options: PreflightOptions): Promise<AccountState> {
  const { needs, pace, signal } = options;
  const check = await options.check(needs, { pace, signal }).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (check === null) return { kind: 'well', isWhole: false };
  if (check.kind === 'rate_limited') {
    const seconds = check.retryAfterSeconds;
    if (seconds <= longestPauseSeconds) return { kind: 'well', isWhole: false };
    await options.pauseAll(seconds);
    return { kind: 'stop', stop: stopForRateLimit(`is used up for another ${seconds} s`, seconds) };
  }
  if (check.kind === 'failed' && !check.isCertain) {
    const reason = describeFailure(check.reason);
    options.onInformation?.(`The lists and attributes in Brevo could not be checked; going on without: ${reason}`);
    return { kind: 'unwell' };
  }
  const { problem, information } = reportOnAccount(check);
  if (information !== null) options.onInformation?.(information);
  if (problem !== null) {
    return { kind: 'stop', stop: { ...problem, hint: `${untouched}. ${problem.hint} ${look}` } };
  }
  await database.transaction((session) => rememberCheck(session, rememberedAs(options)));
  return { kind: 'well', isWhole: information === null };
}

/** The same before a run's first delivery: not asked again within the hour. */
export async function preflight(database: Database, options: PreflightOptions): Promise<AccountState> {
  if (await wasCheckedLately(database, rememberedAs(options))) return { kind: 'well', isWhole: false };
  return askAccount(database, options);
}

function rememberedAs({ account, apiKey, baseUrl, needs }: PreflightOptions): RememberedCheck {
  return { account, what: fingerprint(JSON.stringify([apiKey, baseUrl, needs])) };
}
