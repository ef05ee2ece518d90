import { showValue } from '../config/given.ts';
import { Problem } from '../errors.ts';
import type { FunnelType } from '../funnel/funnel-type.ts';

/** The values of a link's tags, as the settings have them. */
export interface UtmValues {
  source: string;
  medium: string;
  campaigns: Readonly<Record<FunnelType, string>>;
}

/** The result of `utm`: a link for the e-mails of one funnel (analytics guide, 5). */
export interface TaggedLink {
  link: string;
  funnel: FunnelType;
  tags: { utm_source: string; utm_medium: string; utm_campaign: string };
  /** tags the link had with other values, as they stood in it; they are gone */
  replaced: string[];
}

/**
 * Adds the tags of a funnel to a link, blanks around it aside. Everything else of it stays byte for byte, the placeholders
 * of Brevo's templates (`{{ contact.EMAIL }}`) too: the text is not parsed into a URL and written anew. Only empty
 * parameters at its end go. A usage Problem for anything that is no web address, and for one with a password, which
 * everybody who gets the e-mail could read.
 */
export function tagLink(url: string, funnel: FunnelType, utm: UtmValues): TaggedLink {
  const given = url.replace(/^[\p{White_Space}\ufeff\u200b]+|[\p{White_Space}\ufeff\u200b]+$/gu, '');
  requireWebAddress(given);
  const tags = { utm_source: utm.source, utm_medium: utm.medium, utm_campaign: utm.campaigns[funnel] };
  const { beforeQuery, query, fragment } = split(given);
  const parameters = query === '' ? [] : splitAt(query, separator);
  const kept = parameters.filter(({ text }) => !isTag(text));
  const others = kept
    .map(({ before, text }, index) => (index === 0 ? text : before + text))
    .join('')
    .replace(/(?:&(?:(?:amp|#38|#x26);)*)+$/i, '');
  const added = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return {
    link: `${beforeQuery}?${others}${others === '' ? '' : '&'}${added.join('&')}${fragment}`,
    funnel,
    tags,
    replaced: parameters.map(({ text }) => text).filter((text) => isTag(text) && !added.includes(text)),
  };
}

const hint = 'Give the whole address in quotes, for example: funnels utm "https://testizer.com/certificate?id=1"';

function requireWebAddress(url: string): void {
  const fault = faultOf(url);
  if (fault !== undefined) throw new Problem('usage', fault, { hint });
}

function faultOf(url: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return `${showValue(url)} does not begin with https:// or http://.`;
  const scheme = url.slice(0, url.indexOf(':') + 1).toLowerCase();
  if (!/^https?:\/\/[^/?#]/i.test(url)) {
    return /^https?:$/.test(scheme)
      ? `${showValue(url)} has no host after ${scheme}//.`
      : `A link in an e-mail begins with https:// or http://, not with "${scheme}".`;
  }
  const outsidePlaceholders = url.replace(placeholder, '');
  if (/[\p{White_Space}\p{Cc}]/u.test(outsidePlaceholders)) {
    return `${showValue(url)} has white space in it; inside a link a space is written %20.`;
  }
  if (!URL.canParse(url)) return `${showValue(url)} is not a web address.`;
  const { username, password } = new URL(url);
  if (username + password === '') return undefined;
  return 'The link has a user name or password in it, which everybody who gets the e-mail could read.';
}

/** What Brevo's templates replace; ?, & and # in it are of the template's language. */
const placeholder = /\{\{[^\p{Cc}]*?\}\}|\{%[^\p{Cc}]*?%\}/gu;

/** What parts two parameters; links that were copied out of HTML have `&amp;`, some of them more than once. */
const separator = /&(?:(?:amp|#38|#x26);)*/gi;

/** The text with placeholders blotted out, as long as it was, so that places in one are places in the other. */
function withoutPlaceholders(text: string): string {
  return text.replace(placeholder, (found) => '_'.repeat(found.length));
}

function split(url: string): { beforeQuery: string; query: string; fragment: string } {
  const plain = withoutPlaceholders(url);
  // In an escaped & the # begins no fragment.
  const fragmentAt = plain.search(/(?<!&)#|(?<=&)#(?!(?:38|x26);)/i);
  const end = fragmentAt < 0 ? url.length : fragmentAt;
  const queryAt = plain.slice(0, end).indexOf('?');
  return {
    beforeQuery: queryAt < 0 ? url.slice(0, end) : url.slice(0, queryAt),
    query: queryAt < 0 ? '' : url.slice(queryAt + 1, end),
    fragment: url.slice(end),
  };
}

/** The pieces of the text between separators outside placeholders, each with the separator before it. */
function splitAt(text: string, pattern: RegExp): { before: string; text: string }[] {
  const plain = withoutPlaceholders(text);
  const pieces: { before: string; text: string }[] = [];
  let before = '';
  let at = 0;
  for (const { 0: found, index } of plain.matchAll(pattern)) {
    pieces.push({ before, text: text.slice(at, index) });
    before = found;
    at = index + found.length;
  }
  return [...pieces, { before, text: text.slice(at) }];
}

/** Whether a parameter is one of the three tags, however its name is escaped or capitalised. */
function isTag(parameter: string): boolean {
  const [name = ''] = new URLSearchParams(parameter.replace(/^\??(?:(?:amp|#38|#x26);)+/i, '')).keys();
  return /^utm_(?:source|medium|campaign)$/i.test(name.trim());
}
