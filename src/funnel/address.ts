import { domainToASCII } from 'node:url';
import isEmailModule from 'validator/lib/isEmail.js';

// The types describe the ES build, the file is the CommonJS one, whose export is the function itself.
const isEmail = isEmailModule as unknown as typeof isEmailModule.default;

/** Zero-width, bidirectional and other invisible characters that copying leaves behind; no deliverable address has any. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Unicode's white space; `trim` and \s do not know U+0085. */
const outerWhiteSpace = /^\p{White_Space}+|\p{White_Space}+$/gu;

// IDNA is asked about nothing else: for "example.com/x" or a line break inside, the runtimes answer with other domains.
const internationalDomain = /^(?=.*\P{ASCII})[\p{L}\p{M}\p{N}._\-\u3002\uff0e\uff61]+$/u;

/** One address and nothing beside it, as unlikely to be anything else as a pattern can tell. */
const alone = String.raw`((?!//)[^\s"'()<>[\]:;,?@]+@[^\s"'()<>[\]:;,?@]*[^\s"'()<>[\]:;,?@.])`;
// Some write a link to an address as they write one to a page.
const link = String.raw`(?:mailto:(?://)?\s*)?`;
const wrapped = new RegExp(`^${link}${alone}\\.?$`, 'u');
const bracketed = new RegExp(`^<\\s*${link}${alone}\\.?\\s*>\\.?$`, 'u');

// RFC 5321, 4.5.3.1: 64 octets before the @, 254 in all.
const longestAddress = 254;

/** What became of an address as somebody typed it: its normal form, or the rule it breaks. */
export type AddressReading =
  | { ok: true; address: string }
  | { ok: false; rule: 'empty' | 'no @' | 'white space inside' | 'too long' | 'bad domain' | 'not an address' };

/**
 * The normal form by which addresses are stored and compared: invisible characters removed, trimmed of all Unicode
 * white space, taken out of what is pasted around it, NFC, lower case, the domain in ASCII (IDNA). Applying it twice
 * changes nothing. Plus-addresses are not folded: they may be different people. Works on anything, also on no address.
 */
export function foldAddress(text: string): string {
  const folded = unwrap(lower(text.replace(invisible, '')));
  const domainAt = folded.lastIndexOf('@') + 1;
  const domain = folded.slice(domainAt);
  if (domainAt === 0 || !internationalDomain.test(domain)) return folded;
  const ascii = domainToASCII(domain);
  return ascii === '' ? folded : unwrap(folded.slice(0, domainAt) + ascii);
}

/**
 * What people paste around one address and mail programs show with it: `mailto:` in front, angle brackets (RFC 5322,
 * 3.4) and the dot that ends a sentence or a full domain name. Only where what is inside stands alone: one @, and no
 * white space, quotes, brackets, lists or parameters, so that no text can be read as two different addresses.
 */
function unwrap(text: string): string {
  const inner = (wrapped.exec(text) ?? bracketed.exec(text))?.[1];
  return inner ?? text;
}

/** Lower-casing can leave a decomposed letter behind, and composing an upper-case one, so both are done until stable. */
function lower(text: string): string {
  const once = text.normalize('NFC').toLowerCase().normalize('NFC').replace(outerWhiteSpace, '');
  return once === text ? once : lower(once);
}

/** Reads an address from a site's table: its normal form if it is one that mail can go to, else the rule it breaks. */
export function readAddress(text: string | null): AddressReading {
  const address = foldAddress(text ?? '');
  if (address === '') return { ok: false, rule: 'empty' };
  if (!address.includes('@')) return { ok: false, rule: 'no @' };
  if (/\p{White_Space}/u.test(address)) return { ok: false, rule: 'white space inside' };
  // Between quotes the syntax allows control characters; no mail system does, and terminals obey them.
  if (/\p{Cc}/u.test(address)) return { ok: false, rule: 'not an address' };
  if (Buffer.byteLength(address) > longestAddress) return { ok: false, rule: 'too long' };
  if (/\P{ASCII}/u.test(address.slice(address.lastIndexOf('@')))) return { ok: false, rule: 'bad domain' };
  // On half a surrogate pair isEmail throws.
  const isAddress = address.isWellFormed() && isEmail(address, { allow_utf8_local_part: true });
  if (!isAddress) return { ok: false, rule: 'not an address' };
  return { ok: true, address };
}
