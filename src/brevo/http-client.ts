import { type AccountCheck, type AccountNeeds, checkAccount, type Turns } from './account-check.ts';
import { type BrevoClientOptions, createCall } from './call.ts';
import { type Contact, contactBody, contactUpdate } from './contact.ts';
import { classify, classifyUpdate, type Outcome } from './outcome.ts';

export type { BrevoClientOptions } from './call.ts';

export interface BrevoClient {
  /**
   * Creates the contact or updates it (Brevo: POST /contacts), in one call without retries. With lists to leave it is an
   * update (PUT /contacts/{email}), as nothing else can unlink: then the outcome may be `missing_contact`, and a call
   * without `unlinkListIds`, and without those of them in `listIds`, creates the contact. Whatever happens on the way is an Outcome; it rejects only when `signal`
   * fires, with the signal's reason, and then the contact may or may not have arrived.
   */
  upsertContact(contact: Contact, signal?: AbortSignal): Promise<Outcome>;
  /**
   * Asks whether the account has these lists and attributes (GET /contacts/attributes, GET /contacts/lists/{id}), call
   * after call, each in its turn. Reads only. Rejects only when the turns' signal fires.
   */
  checkAccount(needs: AccountNeeds, turns?: Turns): Promise<AccountCheck>;
}

/** A client for one account. @throws Problem configuration when the key or the base URL cannot be used */
export function createBrevoClient(options: BrevoClientOptions): BrevoClient {
  const call = createCall(options);
  return {
    async upsertContact(contact, signal) {
      const updates = (contact.unlinkListIds ?? []).length > 0;
      const path = updates ? `/contacts/${encodeURIComponent(contact.email)}?identifierType=email_id` : '/contacts';
      const answer = updates
        ? await call({ method: 'PUT', path, body: contactUpdate(contact) }, signal)
        : await call({ method: 'POST', path, body: contactBody(contact) }, signal);
      if ('kind' in answer) return answer;
      return updates ? classifyUpdate(answer) : classify(answer);
    },
    checkAccount: (needs, turns = {}) => checkAccount(call, needs, turns),
  };
}
