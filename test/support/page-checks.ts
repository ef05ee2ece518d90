import type { Page } from 'playwright-core';

/** A finding on a page: which text, and how it is. */
export interface Finding {
  text: string;
  value: number;
}

// Scripts for the browser are text: the compiler of the tests knows no DOM.

const overflowing = `(() => {
  const edge = document.documentElement.clientWidth;
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.currentNode; node !== null; node = walker.nextNode()) {
    // A text can stick out of an element that does not.
    const range = document.createRange();
    range.selectNode(node);
    const box = node.nodeType === 3 ? range.getBoundingClientRect() : node.getBoundingClientRect();
    if (box.width > 1 && (box.right > edge + 1 || box.left < -1)) {
      found.push({ text: node.nodeName + ' ' + node.textContent.trim().slice(0, 40), value: box.right });
    }
  }
  return found;
})()`;

/** The elements and texts that reach beyond the left or right edge of the page; `value` is their right edge. */
export function whatIsBeyondTheEdge(page: Page): Promise<Finding[]> {
  return page.evaluate<Finding[]>(overflowing);
}

// WCAG 2.2, 1.4.3: relative luminances of the text's colour and of what is painted below it, half-transparent or not.
const colours = `
  const parse = (color) => {
    const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\\d.]+/g) ?? []).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, below) => top.rgb.map((channel, index) => channel * top.a + below[index] * (1 - top.a));
  const background = (element) => {
    if (element === null) return [255, 255, 255];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own.rgb : over(own, background(element.parentElement));
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((channel) => channel / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (top, below) => {
    const [light, dark] = [luminance(over(top, below)), luminance(below)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
`;

const contrasts = `(() => {${colours}
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
  return [...document.querySelectorAll('body *')]
    .filter((element) => !element.closest('svg') && hasText(element))
    .map((element) => {
      const value = ratio(parse(getComputedStyle(element).color), background(element));
      return { text: element.textContent.trim().slice(0, 40), value };
    });
})()`;

// WCAG 2.2, 1.4.11: what must be seen to understand a drawing, against the page and against what it is drawn upon.
const shapes = `(() => {${colours}
  const paper = background(document.body);
  const colour = (style) => parse(style.fill === 'none' ? style.stroke : style.fill);
  const mid = colour(getComputedStyle(document.querySelector('.entered')));
  const drawn = [...document.querySelectorAll('svg path:not(.grid,.hole)')].map((path) => {
    const style = getComputedStyle(path);
    const seen = { ...colour(style), a: colour(style).a * Number(style.opacity) };
    const upon = ['dot', 'line', 'bought'].includes(path.classList[0]) ? Math.min(ratio(seen, paper), ratio(seen, mid.rgb)) : ratio(seen, paper);
    return { text: path.getAttribute('class'), value: upon };
  });
  const keys = [...document.querySelectorAll('.key')].map((key) => {
    const style = getComputedStyle(key, '::before');
    const isLine = style.borderTopStyle !== 'none';
    return { text: key.className, value: ratio(parse(isLine ? style.borderTopColor : style.backgroundColor), paper) };
  });
  return [...drawn, ...keys];
})()`;

/** The contrast ratio of every line, column and band of the charts, and of their keys, with what lies beside or below. */
export function contrastOfShapes(page: Page): Promise<Finding[]> {
  return page.evaluate<Finding[]>(shapes);
}

const overlaps = `(() => {
  const boxes = [...document.querySelectorAll('.columns')].flatMap((columns) =>
    [...columns.children].map((child) => {
      // What sticks out of its place lies upon the neighbour's.
      const inner = [...child.querySelectorAll('*')].filter((one) => !one.closest('svg')).map((one) => one.getBoundingClientRect());
      // What is not printed has no size.
      const all = [child.getBoundingClientRect(), ...inner].filter((box) => box.width > 0);
      return {
        text: child.textContent.trim().slice(0, 20),
        left: Math.min(...all.map((box) => box.left)), right: Math.max(...all.map((box) => box.right)),
        top: Math.min(...all.map((box) => box.top)), bottom: Math.max(...all.map((box) => box.bottom)),
      };
    }));
  return boxes.flatMap((one, index) => boxes.slice(index + 1)
    .filter((other) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1)
    .map((other) => ({ text: one.text + ' / ' + other.text, value: one.right - other.left })));
})()`;

/** The charts and tables that lie upon each other; `value` is by how much. */
export function whatOverlaps(page: Page): Promise<Finding[]> {
  return page.evaluate<Finding[]>(overlaps);
}

/** The contrast ratio of every text on the page, 1 to 21. */
export function contrastOfTexts(page: Page): Promise<Finding[]> {
  return page.evaluate<Finding[]>(contrasts);
}

/** How many sheets the page takes on paper, by its own @page rule. */
export async function printedSheets(page: Page): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}
