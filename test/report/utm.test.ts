import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tagLink } from '../../src/report/utm.ts';

const utm = {
  source: 'testizer',
  medium: 'email',
  campaigns: { language: 'language_funnel', non_language: 'non_language_funnel' },
};
const language = 'utm_source=testizer&utm_medium=email&utm_campaign=language_funnel';
const linkOf = (url: string) => tagLink(url, 'language', utm).link;

describe('a tagged link', () => {
  it('carries the tags of the guide, by funnel', () => {
    expect(linkOf('https://testizer.com/certificate')).toBe(`https://testizer.com/certificate?${language}`);
    expect(tagLink('https://testizer.com/certificate', 'non_language', utm)).toEqual({
      link: 'https://testizer.com/certificate?utm_source=testizer&utm_medium=email&utm_campaign=non_language_funnel',
      funnel: 'non_language',
      tags: { utm_source: 'testizer', utm_medium: 'email', utm_campaign: 'non_language_funnel' },
      replaced: [],
    });
  });

  it.each([
    ['https://x.org', `https://x.org?${language}`],
    ['HTTP://X.org:8080/', `HTTP://X.org:8080/?${language}`],
    ['https://x.org/?', `https://x.org/?${language}`],
    ['https://x.org/?a=1&', `https://x.org/?a=1&${language}`],
    ['https://x.org/a?b=%7e%20+é&&c#d?e=f#g', `https://x.org/a?b=%7e%20+é&&c&${language}#d?e=f#g`],
    ['https://x.org/#/route?a=1', `https://x.org/?${language}#/route?a=1`],
    ['https://x.org/?utm_content=x&utm_id=7', `https://x.org/?utm_content=x&utm_id=7&${language}`],
    ['https://x.org/?id={{ contact.ID }}', `https://x.org/?id={{ contact.ID }}&${language}`],
    ['https://x.org/{{ a?b#c }}?d={{ e & f # g }}#h', `https://x.org/{{ a?b#c }}?d={{ e & f # g }}&${language}#h`],
    ['https://x.org/?a={% if b#c & d %}1{% endif %}', `https://x.org/?a={% if b#c & d %}1{% endif %}&${language}`],
    ['https://x.org/?a=1&amp;b=2', `https://x.org/?a=1&amp;b=2&${language}`],
    ['https://x.org/?a=1&#38;b=2#c', `https://x.org/?a=1&#38;b=2&${language}#c`],
    ['https://x.org/?a=1&#top', `https://x.org/?a=1&${language}#top`],
    ['https://x.org/?a=1&&', `https://x.org/?a=1&${language}`],
    ['https://x.org?&', `https://x.org?${language}`],
    ['  https://x.org/\u00a0\n', `https://x.org/?${language}`],
    ['https://bücher.example/ä', `https://bücher.example/ä?${language}`],
  ])('keeps everything else of %s', (url, link) => {
    expect(linkOf(url)).toBe(link);
  });

  it('replaces tags that are there, however they are written, and names those with another value', () => {
    const url = 'https://x.org/?utm_source=old&a=1&UTM_Medium=sms&utm%5Fcampaign=b&utm_source=testizer&utm_source';
    expect(tagLink(url, 'language', utm)).toMatchObject({
      link: `https://x.org/?a=1&${language}`,
      replaced: ['utm_source=old', 'UTM_Medium=sms', 'utm%5Fcampaign=b', 'utm_source'],
    });
    expect(tagLink(linkOf(url), 'language', utm)).toMatchObject({ link: linkOf(url), replaced: [] });
  });

  it.each([
    ['https://x.org/?a=1&amp;utm_campaign=spring', 'a=1&'],
    ['https://x.org/?utm_source=x&amp;a=1', 'a=1&'],
    ['https://x.org/?utm_source=x&amp;utm_medium=y&amp;utm_campaign=z', ''],
    ['https://x.org/?a=1&amp;amp;utm_campaign=spring&amp;b=2', 'a=1&amp;b=2&'],
    ['https://x.org/?a=1&#38;utm_campaign=spring', 'a=1&'],
    ['https://x.org/?a=1&#X26;UTM_campaign={{ c & d }}', 'a=1&'],
    ['https://x.org/?amp;utm_campaign=spring&a=1', 'a=1&'],
    ['https://x.org/?utm_source={{ a&b }}&c=1', 'c=1&'],
    ['https://x.org/?utm_source={{ a#b }}', ''],
  ])('replaces the tags of %s, which was copied out of HTML or has placeholders', (url, others) => {
    expect(linkOf(url)).toBe(`https://x.org/?${others}${language}`);
  });

  it('has each tag exactly once, everything else in its order, and stays the same when tagged again', () => {
    const name = fc.constantFrom('a', 'b%20', 'utm_source', 'utm_content', 'UTM_MEDIUM', '', 'utm_campaign', 'é');
    const parameter = fc
      .tuple(name, fc.constantFrom('', '=', '=1', '=a%26b', '=testizer'))
      .map((parts) => parts.join(''));
    const end = fc.constantFrom('', '#', '#x?y=1&utm_source=z');
    fc.assert(
      fc.property(fc.constantFrom('', '/', '/p/'), fc.array(parameter), end, (path, parameters, fragment) => {
        const url = `https://x.org${path}?${parameters.join('&')}${fragment}`;
        const link = linkOf(url);
        const query = link.slice(link.indexOf('?') + 1, link.length - fragment.length);
        const others = (text: string) =>
          text.split('&').filter((one) => !/^utm_(source|medium|campaign)(=|$)/i.test(one));
        expect(link.startsWith(`https://x.org${path}?`) && link.endsWith(fragment)).toBe(true);
        expect(others(query).filter((one) => one !== '')).toEqual(
          others(parameters.join('&')).filter((one) => one !== ''),
        );
        const { searchParams } = new URL(link);
        expect(['utm_source', 'utm_medium', 'utm_campaign'].map((tag) => searchParams.getAll(tag))).toEqual([
          ['testizer'],
          ['email'],
          ['language_funnel'],
        ]);
        expect(linkOf(link)).toBe(link);
      }),
      {
        numRuns: 1000,
        examples: [
          ['', ['', ''], ''],
          ['', ['', '', 'a', '', 'utm_source', ''], '#'],
        ],
      },
    );
  });
});

describe('what is no web address', () => {
  it.each([
    ['testizer.com/x', '"testizer.com/x" does not begin with https:// or http://.'],
    ['//testizer.com', '"//testizer.com" does not begin with https:// or http://.'],
    ['', '"" does not begin with https:// or http://.'],
    ['javascript:alert(1)', 'A link in an e-mail begins with https:// or http://, not with "javascript:".'],
    ['JavaScript://x.org/%0aalert(1)', 'A link in an e-mail begins with https:// or http://, not with "javascript:".'],
    ['data:text/html,hi', 'A link in an e-mail begins with https:// or http://, not with "data:".'],
    ['https://', '"https://" has no host after https://.'],
    ['https:///path', '"https:///path" has no host after https://.'],
    ['https://x.org/a b', '"https://x.org/a b" has white space in it; inside a link a space is written %20.'],
    ['https://x.org/\nnext', '"https://x.org/\\nnext" has white space in it; inside a link a space is written %20.'],
    [
      'https://x.org/{{ a\n}}',
      '"https://x.org/{{ a\\n}}" has white space in it; inside a link a space is written %20.',
    ],
    ['https://x.org:port/', '"https://x.org:port/" is not a web address.'],
  ])('%j is refused', (url, message) => {
    expect(() => linkOf(url)).toThrow(expect.objectContaining({ kind: 'usage', message }));
  });

  it('nor is a link with a password, which is not repeated', () => {
    expect(() => linkOf('https://ann:hunter2@x.org/')).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.not.stringContaining('hunter2') }),
    );
  });
});
