import { domainToASCII } from 'node:url';
import isEmailModule from 'validator/lib/isEmail.js';

// The types describe the ES build, the file is the CommonJS one, whose export is the function itself.
const isEmail = isEmailModule as unknown as typeof isEmailModule.default;

/** Zero-width and other invisible characters that copying leaves behind; none can be part of a deliverable address. */
const invisible = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu;

// RFC 5321, 4.5.3.1: 64 octets before the @, 254 in all.
const longestAddress = 254;

/** What became of an address as somebody typed it: its normal form, or the rule it breaks. */
export type AddressReading =
  | { ok: true; address: string }
  | { ok: false; rule: 'empty' | 'no @' | 'white space inside' | 'too long' | 'bad domain' | 'not an address' };

/**
 * The normal form by which addresses are stored and compared: invisible characters removed, trimmed of all Unicode
 * white space, NFC, lower case, the domain in ASCII (IDNA). Applying it twice changes nothing. Plus-addresses are not
 * folded: they may be different people. Works on anything, also on what is no address.
 */
export function foldAddress(text: string): string {
  const folded = lower(text.replace(invisible, '').trim());
  const at = folded.lastIndexOf('@');
  if (at < 0) return folded;
  const domain = domainToASCII(folded.slice(at + 1));
  return domain === '' ? folded : `${folded.slice(0, at)}@${domain}`;
}

/** Lower-casing can leave a decomposed letter behind, and composing an upper-case one, so both are done until stable. */
function lower(text: string): string {
  const once = text.normalize('NFC').toLowerCase().normalize('NFC').trim();
  return once === text ? once : lower(once);
}

/** Reads an address from a site's table: its normal form if it is one that mail can go to, else the rule it breaks. */
export function readAddress(text: string | null): AddressReading {
  const address = foldAddress(text ?? '');
  if (address === '') return { ok: false, rule: 'empty' };
  if (!address.includes('@')) return { ok: false, rule: 'no @' };
  if (/\s/u.test(address)) return { ok: false, rule: 'white space inside' };
  if (Buffer.byteLength(address) > longestAddress) return { ok: false, rule: 'too long' };
  const domain = address.slice(address.lastIndexOf('@') + 1);
  if (domainToASCII(domain) === '') return { ok: false, rule: 'bad domain' };
  if (!isEmail(address, { allow_utf8_local_part: true })) return { ok: false, rule: 'not an address' };
  return { ok: true, address };
}
