import * as v from 'valibot';
import { messageOf } from '../errors.ts';
import type { Delivery, Job } from './job.ts';

const attributes = v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()])), {});

/** The predecessor's payloads and ours, by operation. Keys that are not needed are ignored. */
const payloads = {
  upsert_contact: v.object({
    email: v.pipe(v.string(), v.nonEmpty()),
    list_ids: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), []),
    attributes,
  }),
  update_after_purchase: v.object({ email: v.pipe(v.string(), v.nonEmpty()), attributes }),
} as const;

/** What a job asks for, or why it can never be delivered. */
export type PayloadReading = { ok: true; delivery: Delivery } | { ok: false; reason: string };

/** Reads a job's payload. `names` maps the attribute names of payloads to those of the Brevo account. */
export function readPayload(job: Job, names: Readonly<Record<string, string>>): PayloadReading {
  const schema = payloads[job.operation as keyof typeof payloads];
  if (schema === undefined) return { ok: false, reason: `Unknown operation type "${job.operation}".` };
  let content: unknown;
  try {
    content = JSON.parse(job.payload);
  } catch (error) {
    return { ok: false, reason: `The payload is not JSON: ${messageOf(error)}` };
  }
  const parsed = v.safeParse(schema, content);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { ok: false, reason: `The payload is wrong at "${v.getDotPath(issue) ?? '.'}": ${issue.message}` };
  }
  const { email, attributes: given } = parsed.output;
  const listIds = 'list_ids' in parsed.output ? parsed.output.list_ids : [];
  return { ok: true, delivery: { email, listIds, attributes: renamed(given, names) } };
}

/** Unset attributes are left out, as Brevo wants it; the others get the account's names. */
function renamed(
  given: Readonly<Record<string, string | number | boolean | null>>,
  names: Readonly<Record<string, string>>,
): Delivery['attributes'] {
  const set = Object.entries(given).filter((entry): entry is [string, string | number | boolean] => entry[1] !== null);
  return Object.fromEntries(set.map(([name, value]) => [names[name] ?? name, value]));
}
