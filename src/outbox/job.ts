import type { Id } from '../database/database.ts';

/** A row of `brevo_sync_outbox` as a worker sees it, with the address of the entry it belongs to. */
export interface Job {
  id: Id;
  entryId: Id;
  operation: string;
  /** JSON text, as it was enqueued */
  payload: string;
  /** failed attempts so far */
  retryCount: number;
  email: string;
}

/** The beginning of `last_error` of a job that somebody gave up. */
export const discardedByHand = 'Discarded by hand';

/** What a call asks for: the contact's address, the lists it joins and leaves, its attributes. */
export interface Delivery {
  email: string;
  listIds: number[];
  unlinkListIds: number[];
  attributes: Record<string, string | number | boolean>;
}
