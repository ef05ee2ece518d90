import * as v from 'valibot';
import { oneLine, shorten } from '../brevo/failure.ts';
import { messageOf } from '../errors.ts';
import { foldAddress } from '../funnel/address.ts';
import type { Delivery, Job } from './job.ts';
import { type Attributes, withPurchaseTypes } from './purchase-attributes.ts';

const attributes = v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()])), {});

const email = v.pipe(v.string(), v.nonEmpty());
const lists = v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), []);

/** The predecessor's payloads and ours, by operation. Keys that are not needed are ignored. */
const payloads = {
  upsert_contact: v.object({ email, list_ids: lists, attributes }),
  update_after_purchase: v.object({
    email,
    list_ids: lists,
    unlink_list_ids: lists,
    attributes,
    purchased_at: v.optional(v.unknown()),
  }),
} as const;

/** in UTF-16 units */
const longestReason = 500;

/** What a job asks for, or why it can never be delivered. */
export type PayloadReading = { ok: true; delivery: Delivery } | { ok: false; reason: string };

/** Reads a job's payload. `names` maps the attribute names of payloads to those of the Brevo account. */
export function readPayload(job: Job, names: Readonly<Record<string, string>>): PayloadReading {
  if (!isKnown(job.operation)) return unreadable(`Unknown operation type "${job.operation}".`);
  let content: unknown;
  try {
    content = JSON.parse(job.payload);
  } catch (error) {
    return unreadable(`The payload is not JSON: ${messageOf(error)}`);
  }
  const parsed = v.safeParse(payloads[job.operation], content);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const place = v.getDotPath(issue);
    return unreadable(`The payload is wrong${place === null ? '' : ` at "${place}"`}: ${issue.message}.`);
  }
  const { output } = parsed;
  const isPurchase = job.operation === 'update_after_purchase';
  const purchasedAt = 'purchased_at' in output ? output.purchased_at : undefined;
  const converted = withPurchaseTypes(inCapitals(output.attributes), isPurchase, purchasedAt);
  if (!converted.ok) {
    return unreadable(`The payload is wrong at "attributes.${converted.name}": ${converted.reason}.`);
  }
  const delivery: Delivery = {
    // The predecessor stored addresses as they were typed, and Brevo refuses one with a space for good.
    email: foldAddress(output.email),
    listIds: output.list_ids,
    unlinkListIds: 'unlink_list_ids' in output ? output.unlink_list_ids : [],
    attributes: renamed(converted.attributes, names),
  };
  return { ok: true, delivery };
}

function isKnown(operation: string): operation is keyof typeof payloads {
  return Object.hasOwn(payloads, operation);
}

/** The reason quotes what it found, so it is cut to what last_error can hold and the log should show. */
function unreadable(reason: string): PayloadReading {
  return { ok: false, reason: shorten(oneLine(reason), longestReason) };
}

/** Brevo writes all of its attribute names in capitals. */
function inCapitals(given: Attributes): Attributes {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.trim().toUpperCase(), value]));
}

/** Unset attributes are left out, as Brevo wants it; the others get the account's names. */
function renamed(given: Attributes, names: Readonly<Record<string, string>>): Delivery['attributes'] {
  const set = Object.entries(given).filter((entry): entry is [string, string | number | boolean] => entry[1] !== null);
  return Object.fromEntries(set.map(([name, value]) => [names[name] ?? name, value]));
}
