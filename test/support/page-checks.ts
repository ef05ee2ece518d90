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
const contrasts = `(() => {
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
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
  return [...document.querySelectorAll('body *')]
    .filter((element) => !element.closest('svg') && hasText(element))
    .map((element) => {
      const below = background(element);
      const [light, dark] = [luminance(over(parse(getComputedStyle(element).color), below)), luminance(below)].sort((a, b) => b - a);
      return { text: element.textContent.trim().slice(0, 40), value: (light + 0.05) / (dark + 0.05) };
    });
})()`;

/** The contrast ratio of every text on the page, 1 to 21. */
export function contrastOfTexts(page: Page): Promise<Finding[]> {
  return page.evaluate<Finding[]>(contrasts);
}

/** How many sheets the page takes on paper, by its own @page rule. */
export async function printedSheets(page: Page): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}
