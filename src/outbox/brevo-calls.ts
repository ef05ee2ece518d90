import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import { accountNeeds } from './account-needs.ts';
import { attributeNames } from './attribute-names.ts';
import { configuredLists } from './configured-lists.ts';
import type { DrainOptions } from './drain.ts';
import { fingerprint } from './fingerprint.ts';
import { askAccount, type PreflightOptions, preflight } from './preflight.ts';
import { SharedPace } from './shared-pace.ts';

type BrevoCalls = Pick<
  DrainOptions,
  | 'account'
  | 'upsert'
  | 'leaveList'
  | 'pace'
  | 'pauseAll'
  | 'pausedForSeconds'
  | 'preflight'
  | 'probe'
  | 'retry'
  | 'attributeNames'
  | 'configuredLists'
>;

/** The calls there are, each made at once. */
export interface BrevoAccount {
  upsertContact: DrainOptions['upsert'];
  removeFromList: DrainOptions['leaveList'];
  checkAccount: PreflightOptions['check'];
}

/** What a drain needs to know of Brevo by these settings: its calls take their turns among all workers of the account. */
export function brevoCalls(
  database: Database,
  settings: Pick<Settings, 'brevo' | 'outbox' | 'funnels'>,
  client: BrevoAccount,
  onInformation: (text: string) => void,
): BrevoCalls {
  const { brevo, outbox } = settings;
  const { baseUrl, apiKey = '', requestsPerSecond } = brevo;
  // A database is one site's, and that has one account, whatever keys its servers and their successors use.
  const account = fingerprint(baseUrl);
  const turns = new SharedPace(database, { account, requestsPerSecond });
  const pace = (signal: AbortSignal): Promise<void> => turns.next(signal);
  const asking = (signal: AbortSignal): PreflightOptions => ({
    account,
    apiKey,
    baseUrl,
    needs: accountNeeds(settings),
    check: (needs, given) => client.checkAccount(needs, given),
    pace,
    pauseAll: (seconds) => turns.pause(seconds),
    signal,
    onInformation,
  });
  return {
    account,
    upsert: (contact) => client.upsertContact(contact),
    leaveList: (email, listId) => client.removeFromList(email, listId),
    pace,
    pauseAll: (seconds) => turns.pause(seconds),
    pausedForSeconds: () => turns.pausedForSeconds(),
    preflight: (signal) => preflight(database, asking(signal)),
    probe: (signal) => askAccount(database, asking(signal)),
    retry: { maxRetries: outbox.maxRetries, stepMinutes: outbox.retryStepMinutes },
    attributeNames: attributeNames(brevo.attributes),
    configuredLists: configuredLists(settings),
  };
}
