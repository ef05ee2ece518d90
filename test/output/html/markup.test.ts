import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../../src/output/html/markup.ts';
import { hostilePieces } from '../terminals.ts';

describe('html', () => {
  it('escapes every value, in text and in attributes, and keeps what is HTML already', () => {
    const name = `<b title='x'>"A" & B</b>`;
    const escaped = '&lt;b title=&#39;x&#39;&gt;&quot;A&quot; &amp; B&lt;/b&gt;';
    expect(html`<p title="${name}">${name}${html`<i>${1}</i>`}</p>`.text).toBe(
      `<p title="${escaped}">${escaped}<i>1</i></p>`,
    );
  });

  it('joins lists and leaves out what is not there', () => {
    expect(html`${[html`<i>`, ['&', null], undefined]}${null}${0}`.text).toBe('<i>&amp;0');
  });

  it('writes out what nobody can see', () => {
    expect(html`${'a\u202eb\0\u200b'}`.text).toBe('a\\u202eb\\x00\\u200b');
  });

  it('lets no text become markup', () => {
    const pieces = fc.array(fc.constantFrom(...hostilePieces, '&', '</p>', '-->'), { maxLength: 8 });
    fc.assert(fc.property(pieces, (list) => !/[<>"']/.test(html`${list.join('')}`.text)));
  });
});
