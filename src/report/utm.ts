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
 * Adds the tags of a funnel to a link. Everything else of it stays byte for byte, the placeholders of Brevo's templates
 * (`{{ contact.EMAIL }}`) too: the text is not parsed into a URL and written anew. A usage Problem for anything that
 * is no web address, and for one with a password, which everybody who gets the e-mail could read.
 */
export function tagLink(url: string, funnel: FunnelType, utm: UtmValues): TaggedLink {
  requireWebAddress(url);
  const tags = { utm_source: utm.source, utm_medium: utm.medium, utm_campaign: utm.campaigns[funnel] };
  const { beforeQuery, query, fragment } = split(url);
  const parameters = query === '' ? [] : query.split('&');
  const kept = parameters.filter((parameter) => !isTag(parameter)).join('&');
  const added = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  const joint = kept === '' || kept.endsWith('&') ? '' : '&';
  return {
    link: `${beforeQuery}?${kept}${joint}${added.join('&')}${fragment}`,
    funnel,
    tags,
    replaced: parameters.filter((parameter) => isTag(parameter) && !added.includes(parameter)),
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
  const outsidePlaceholders = url.replace(/\{\{[^\p{Cc}]*?\}\}/gu, '');
  if (/[\p{White_Space}\p{Cc}]/u.test(outsidePlaceholders)) {
    return `${showValue(url)} has white space in it; inside a link a space is written %20.`;
  }
  if (!URL.canParse(url)) return `${showValue(url)} is not a web address.`;
  const { username, password } = new URL(url);
  if (username + password === '') return undefined;
  return 'The link has a user name or password in it, which everybody who gets the e-mail could read.';
}

function split(url: string): { beforeQuery: string; query: string; fragment: string } {
  const fragmentAt = url.indexOf('#');
  const beforeFragment = fragmentAt < 0 ? url : url.slice(0, fragmentAt);
  const queryAt = beforeFragment.indexOf('?');
  return {
    beforeQuery: queryAt < 0 ? beforeFragment : beforeFragment.slice(0, queryAt),
    query: queryAt < 0 ? '' : beforeFragment.slice(queryAt + 1),
    fragment: fragmentAt < 0 ? '' : url.slice(fragmentAt),
  };
}

/** Whether a parameter is one of the three tags, however its name is escaped or capitalised. */
function isTag(parameter: string): boolean {
  const [name = ''] = new URLSearchParams(parameter).keys();
  return /^utm_(?:source|medium|campaign)$/i.test(name);
}
