import { shorten } from '../brevo/failure.ts';
import { describeFailure, type FailedCall } from '../brevo/outcome.ts';

/** Answers that came from Brevo's service as a whole, or from what stands before it; their words vary within one outage. */
const beyondBrevo = 'no proper answer';
/** Refusals of the account, whatever their words. */
const account = 'account refused';

const longest = 200;

/**
 * What a failure may have in common with others, as a text that is the same for all of them. The words of an answer about
 * a contact are compared without what differs from contact to contact: addresses, numbers, ids and quoted values.
 */
export function causeOf(call: FailedCall): string {
  if (isBeyondBrevo(call)) return beyondBrevo;
  if (call.scope === 'account') return account;
  const { status, code, message } = call.reason;
  const words = message
    .toLowerCase()
    .replace(/"[^"]*"|“[^”]*”|«[^»]*»|\[[^\]]*\]/g, '…')
    .replace(/\S+@\S+/g, '@')
    .replace(/[\p{L}\p{N}_:.-]*\p{N}[\p{L}\p{N}_:.-]*/gu, '#');
  return shorten(describeFailure({ status, code, message: words, requestId: null }), longest);
}

/** Whether a failure says that no proper answer came at all: one GET that works then says more than any words. */
export function isBeyondBrevo({ scope }: Pick<FailedCall, 'scope'>): boolean {
  return scope === 'service' || scope === 'route';
}
