import { type AccountCheck, type AccountNeeds, checkAccount, type Turns } from './account-check.ts';
import { type BrevoClientOptions, createCall } from './call.ts';
import { type Contact, contactBody } from './contact.ts';
import { classify, classifyRemoval, type Outcome } from './outcome.ts';

export type { BrevoClientOptions } from './call.ts';

/** Whatever happens on the way is an Outcome; only a `signal` that fires makes a call reject, with its reason. */
export interface BrevoClient {
  /**
   * Creates the contact or updates it (Brevo: POST /contacts). After a rejection the contact may or may not have arrived.
   */
  upsertContact(contact: Contact, signal?: AbortSignal): Promise<Outcome>;
  /**
   * Takes an address out of a list (Brevo: POST /contacts/lists/{id}/contacts/remove); delivered, too, when it was not
   * in it. Nothing of the person stands in the path, where anything on the way may read it, or stumble over it.
   */
  removeFromList(email: string, listId: number, signal?: AbortSignal): Promise<Outcome>;
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
      const answer = await call({ method: 'POST', path: '/contacts', body: contactBody(contact) }, signal);
      return 'kind' in answer ? answer : classify(answer);
    },
    async removeFromList(email, listId, signal) {
      const path = `/contacts/lists/${listId}/contacts/remove`;
      const answer = await call({ method: 'POST', path, body: { emails: [email] } }, signal);
      return 'kind' in answer ? answer : classifyRemoval(answer);
    },
    checkAccount: (needs, turns = {}) => checkAccount(call, needs, turns),
  };
}
