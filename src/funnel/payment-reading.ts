import { isDated } from '../modx/odd-dates.ts';
import type { Payment } from '../modx/payments.ts';
import { foldAddress, readAddress } from './address.ts';
import type { PurchaseOutcome } from './counts.ts';
import type { Purchase } from './purchases.ts';

/** Why a paid row can be no purchase, or not yet. */
export type Unusable = Extract<
  PurchaseOutcome,
  'no_result' | 'no_buyer' | 'no_test' | 'other_type' | 'no_date' | 'dated_ahead' | 'no_usable_address'
>;

/** What a paid row of the site says: a purchase to be kept (its address '' when that is unusable), and what is wrong. */
export interface PaymentReading {
  /** null where the row says too little to be kept */
  purchase: Purchase | null;
  unusable: Unusable | null;
  /** which rule an address breaks, which type it is */
  detail: string | null;
  /** the copy in `funnel_purchases` says the same already, */
  isRecorded: boolean;
  /** and it has been matched with the entries */
  isMatched: boolean;
  /** the address in normal form, or as it is written */
  email: string | null;
}

/** Reads a paid row. Whatever the site may correct later is no purchase yet, and is read again by every run. */
export function readPayment(payment: Payment): PaymentReading {
  const { id, type } = payment;
  const reading = readAddress(payment.email);
  const email = reading.ok ? reading.address : payment.email === null ? null : foldAddress(payment.email);
  const none = { purchase: null, isRecorded: false, isMatched: false, email };
  const reason = whyNoPurchase(payment);
  if (reason !== null) {
    return { ...none, unusable: reason, detail: reason === 'other_type' ? `type ${type ?? 'not set'}` : null };
  }
  const purchase: Purchase = {
    paymentId: id,
    email: reading.ok ? reading.address : '',
    funnelType: type === 1 ? 'language' : 'non_language',
    paidAt: asDateTime(payment.paidAt ?? ''),
  };
  const isRecorded =
    payment.copyRevokedAt === null &&
    payment.copyPaidAt === purchase.paidAt &&
    payment.copyEmail === purchase.email &&
    payment.copyFunnel === purchase.funnelType;
  return {
    purchase,
    unusable: reading.ok ? null : 'no_usable_address',
    detail: reading.ok ? null : reading.rule,
    isRecorded,
    isMatched: isRecorded && payment.copyMatchedAt !== null,
    email,
  };
}

function whyNoPurchase({ hasResult, hasBuyer, hasTest, type, paidAt, isAhead }: Payment): Unusable | null {
  if (hasResult === 0) return 'no_result';
  if (hasBuyer === 0) return 'no_buyer';
  if (hasTest === 0) return 'no_test';
  if (type !== 1 && type !== 2) return 'other_type';
  if (!isDated(paidAt)) return 'no_date';
  return isAhead === 1 ? 'dated_ahead' : null;
}

/** A column may hold days only, or fractions of a second; ours holds seconds. */
function asDateTime(text: string): string {
  return text.length === 10 ? `${text} 00:00:00` : text.slice(0, 19);
}
