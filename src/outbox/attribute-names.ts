import type { Settings } from '../config/settings.ts';

/** The attribute names that payloads use, the predecessor's included, mapped to those of the Brevo account. */
export function attributeNames(names: Settings['brevo']['attributes']): Record<string, string> {
  return {
    FUNNEL_TYPE: names.funnelType,
    CERTIFICATE_PURCHASED: names.certificatePurchased,
    CERTIFICATE_PURCHASED_AT: names.certificatePurchasedAt,
  };
}
