import { visible } from '../visible.ts';

/** Text that is HTML already. Only `html` makes it, so whatever is not of this class is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text and numbers are escaped, lists are joined, nothing is left out. */
export type Fragment = Markup | string | number | null | undefined | readonly Fragment[];

/**
 * A template of HTML whose values are escaped, in text and in quoted attributes alike. Names come from the database, and
 * anybody can register with a hostile one: characters that cannot be seen are written out, as on a terminal.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  return new Markup(parts.map((part, index) => part + (index < values.length ? toHtml(values[index]) : '')).join(''));
}

function toHtml(value: Fragment): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Markup) return value.text;
  return typeof value === 'object' ? value.map(toHtml).join('') : escapeHtml(String(value));
}

/** Such a name fits into two lines wherever it stands. */
const shortEnough = 24;

/** A name from the database, which may be long: at most two lines of it are seen, all of it is there. */
export function named(name: string): Markup {
  return html`<span class="name"${name.length > shortEnough ? html` title="${name}"` : null}>${name}</span>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
