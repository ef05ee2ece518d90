import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import { accountNeeds } from './account-needs.ts';
import { attributeNames } from './attribute-names.ts';
import { configuredLists } from './configured-lists.ts';
import type { DrainOptions } from './drain.ts';
import { type PreflightOptions, preflight } from './preflight.ts';
import { SharedPace } from './shared-pace.ts';

type BrevoCalls = Pick<
  DrainOptions,
  'deliver' | 'pace' | 'pauseAll' | 'preflight' | 'retry' | 'attributeNames' | 'configuredLists'
>;

/** The calls there are, each made at once. */
export interface BrevoAccount {
  upsertContact: DrainOptions['deliver'];
  checkAccount: PreflightOptions['check'];
}

/** What a drain needs to know of Brevo by these settings: its calls take their turns among all workers of the account. */
export function brevoCalls(
  database: Database,
  settings: Pick<Settings, 'brevo' | 'outbox' | 'funnels'>,
  account: BrevoAccount,
  onInformation: (text: string) => void,
): BrevoCalls {
  const { brevo, outbox } = settings;
  const { baseUrl, apiKey = '' } = brevo;
  const turns = new SharedPace(database, { ...brevo, apiKey });
  const pace = (signal: AbortSignal): Promise<void> => turns.next(signal);
  const needs = accountNeeds(settings);
  return {
    deliver: (contact) => account.upsertContact(contact),
    pace,
    pauseAll: (seconds) => turns.pause(seconds),
    preflight: (signal) =>
      preflight(database, {
        apiKey,
        baseUrl,
        needs,
        check: (wanted, turns) => account.checkAccount(wanted, turns),
        pace,
        signal,
        onInformation,
      }),
    retry: { maxRetries: outbox.maxRetries, stepMinutes: outbox.retryStepMinutes },
    attributeNames: attributeNames(brevo.attributes),
    configuredLists: configuredLists(settings),
  };
}
