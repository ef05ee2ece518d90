import { describeFailure, type Outcome } from '../brevo/outcome.ts';
import type { ProblemKind } from '../errors.ts';

/** Why a run ends before the outbox is empty. No job is charged for any of these. */
export interface Stop {
  kind: ProblemKind;
  message: string;
  hint: string;
}

export const untouched = 'No job was charged for this';

/** Brevo's answer says that nothing can be delivered until somebody acts; `what` names the job that was answered. */
export function stopForAnswer(outcome: Extract<Outcome, { kind: 'stop' }>, what: string): Stop {
  const { kind, message, hint } = describeRefusal(outcome);
  const about = kind === 'refused' ? '' : ` (${what})`;
  return { kind, message: `${message}${about}`, hint: `${untouched}. ${hint}` };
}

/** The same, whatever was asked of Brevo. */
export function describeRefusal({ reason, problem }: Extract<Outcome, { kind: 'stop' }>): Stop {
  if (problem === 'refused') {
    return {
      kind: problem,
      message: `Brevo refused this account: ${describeFailure(reason)}`,
      hint:
        reason.status === 402
          ? 'Check the plan and the credits of the Brevo account; then run it again.'
          : 'Check the API key, what it may do, and from which addresses; then run it again.',
    };
  }
  return {
    kind: problem,
    message: `Brevo cannot be called with these settings: ${describeFailure(reason)}`,
    hint: 'Check brevo.baseUrl and the list ids of the funnels; then run it again.',
  };
}

/** One failure after another, whatever the contact; `reason` is the last of them. */
export function stopForOutage(reason: string): Stop {
  return {
    kind: 'unavailable',
    message: `Brevo is not working, the last calls all failed: ${reason}`,
    hint: `${untouched}; the next run tries again.`,
  };
}

/** The same refusal of one contact after another, for a reason that is none of theirs. */
export function stopForRefusals(reason: string): Stop {
  return {
    kind: 'configuration',
    message: `Brevo refuses every contact with the same words: ${reason}`,
    hint: `${untouched}. Check the lists and the attributes (brevo.attributes) in the Brevo account; then run it again. If these contacts themselves are wrong: funnels outbox discard ID`,
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
