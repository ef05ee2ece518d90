import { describeFailure, type FailedCall, isAboutLists } from '../brevo/outcome.ts';
import type { Problem, ProblemKind } from '../errors.ts';

/** Why a run ends before the outbox is empty. No job is charged for any of these. */
export interface Stop {
  kind: ProblemKind;
  message: string;
  /** what to do next; missing where the message says it */
  hint?: string;
}

export const untouched = 'No job was charged for this';

/** Everybody's calls fail as this one did; `who` names the job and the address of it. */
export function stopForEverybody(call: FailedCall, who: string): Stop {
  const { message, hint } = describeStop(call);
  return { kind: call.problem, message: `${message} (${who})`, hint: `${untouched}. ${hint}` };
}

/** Why nothing can be delivered until somebody acts, whatever was asked of Brevo. */
export function describeStop({ scope, problem, reason }: FailedCall): Stop {
  const what = describeFailure(reason);
  if (scope === 'contact' && problem === 'unavailable') {
    return { kind: problem, message: `Brevo is busy with every contact: ${what}`, hint: 'The next run tries again.' };
  }
  if (scope === 'contact' && reason.status === 400) {
    return {
      kind: problem,
      message: `Brevo refused everybody who was tried in the same way: ${what}`,
      hint:
        'Check the lists and the attributes (brevo.attributes) in the Brevo account, then run it again. If these ' +
        'contacts themselves are wrong, each is charged once anybody else is delivered; or: funnels outbox discard ID',
    };
  }
  if (scope === 'account' && problem === 'refused') {
    const check =
      reason.status === 402
        ? 'Check the plan and the credits of the Brevo account'
        : 'Check the API key, what it may do, and from which addresses';
    return { kind: problem, message: `Brevo refused this account: ${what}`, hint: `${check}; then run it again.` };
  }
  if (isAboutLists(reason.message)) {
    const hint = 'Check the list ids of the funnels (funnels.*.listId and onPurchase.listId); then run it again.';
    return { kind: problem, message: `Brevo does not know a list of the funnels: ${what}`, hint };
  }
  if (problem === 'unavailable') {
    return {
      kind: problem,
      message: `Brevo is not working, the last calls all failed: ${what}`,
      hint: 'The next run tries again. If it goes on: check brevo.baseUrl, the way to it, and status.brevo.com.',
    };
  }
  return {
    kind: problem,
    message: `Brevo cannot be called with these settings: ${what}`,
    hint: 'Check brevo.baseUrl, and the proxy or firewall before Brevo; then run it again.',
  };
}

/** The account has used up its calls; `what` completes "Brevo's rate limit …", `seconds` is when to come back. */
export function stopForRateLimit(what: string, seconds: number): Stop {
  const at = new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return {
    kind: 'temporary',
    message: `Brevo's rate limit ${what}.`,
    hint: `${untouched}; run it again after ${at} UTC.`,
  };
}

/** When a claim was ready, its lease had too little left for a single call. */
export function stopForSlowClaims(): Stop {
  return {
    kind: 'temporary',
    message: 'The database took so long to claim jobs that no call to Brevo would have ended within their lease.',
    hint: `${untouched}. Raise outbox.leaseSeconds, or run it when the server is less busy.`,
  };
}

/** The database could not go on; what was sent until then is recorded, or will be sent once more. */
export function stopForProblem({ kind, message, hint }: Problem): Stop {
  return hint === undefined ? { kind, message } : { kind, message, hint };
}
