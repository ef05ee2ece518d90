import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from '../../support/chromium.ts';
import {
  contrastOfShapes,
  contrastOfTexts,
  printedSheets,
  whatIsBeyondTheEdge,
  whatOverlaps,
} from '../../support/page-checks.ts';
import { hostileName, longName, pages } from './pages.ts';

let browser: Browser;
let folder: string;
beforeAll(async () => {
  [browser, folder] = await Promise.all([startChromium(), mkdtemp(join(tmpdir(), 'funnels-page-'))]);
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

/** A page opened from its file with scripts off, and the errors and requests there have been, its own one first. */
interface Opened {
  page: Page;
  address: string;
  troubles: string[];
}

async function show(name: keyof typeof pages): Promise<Opened> {
  const file = join(folder, `${name}.html`);
  await writeFile(file, pages[name]);
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1400, height: 800 } });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('request', (request) => troubles.push(request.url()));
  const address = pathToFileURL(file).href;
  await page.goto(address);
  return { page, address, troubles };
}

describe.each(Object.keys(pages) as (keyof typeof pages)[])('the page: %s', (name) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await show(name);
  });
  afterAll(() => opened?.page.context().close());

  it('is one sheet on paper, also for who likes it dark', async () => {
    await opened.page.emulateMedia({ colorScheme: 'dark' });
    expect(await printedSheets(opened.page)).toBe(name === 'eight funnels' ? 2 : 1);
  });

  it('has nothing upon anything else on paper, nor beyond its edge', async () => {
    const { page } = opened;
    await page.emulateMedia({ media: 'print' });
    // An A4 sheet without its margins, at 96 pixels an inch.
    await page.setViewportSize({ width: Math.floor(((210 - 28) / 25.4) * 96), height: 1000 });
    const found = [await whatOverlaps(page), await whatIsBeyondTheEdge(page)];
    await page.emulateMedia({ media: null });
    expect(found).toEqual([[], []]);
  });

  it.each(['light', 'dark'] as const)('has charts that can be seen in the %s: nothing below 3', async (colorScheme) => {
    await opened.page.emulateMedia({ colorScheme });
    if ((await opened.page.locator('.entered').count()) === 0) return;
    const shapes = await contrastOfShapes(opened.page);
    expect(shapes.length).toBeGreaterThan(5);
    expect(shapes.filter(({ value }) => value < 3)).toEqual([]);
  });

  it('writes days in words alone', async () => {
    // Folded parts and the texts for screen readers too.
    const text = ((await opened.page.locator('main').textContent()) ?? '').replace(/--as-of ".*"/, '');
    expect(text.match(/\d{4}-(?:\d\d|W\d\d)(?:-\d\d)?/g)).toBeNull();
  });

  it.each([1400, 800, 360])('stays within %i pixels, folded parts open too', async (width) => {
    const { page } = opened;
    await page.setViewportSize({ width, height: 800 });
    for (const summary of await page.locator('details:not([open]) summary').all()) await summary.click();
    expect(await whatIsBeyondTheEdge(page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'can be read in the %s: no text has a contrast below 4.5',
    async (colorScheme) => {
      await opened.page.emulateMedia({ colorScheme });
      const texts = await contrastOfTexts(opened.page);
      expect(texts.length).toBeGreaterThan(20);
      expect(texts.filter(({ value }) => value < 4.5)).toEqual([]);
    },
  );

  // The last one: whatever was looked at, turned, unfolded and printed before, nothing was asked for.
  it('asks for nothing and has nothing to complain of', async () => {
    const { page, address, troubles } = opened;
    await page.waitForLoadState('networkidle');
    expect(troubles.filter((trouble) => !trouble.startsWith('data:'))).toEqual([address]);
  });
});

describe('the page', () => {
  let full: Page;
  beforeAll(async () => {
    full = (await show('full')).page;
  });

  it('says what is counted, and until when', async () => {
    const text = await full.locator('body').innerText();
    for (const words of [
      '1–31 October 2026 both days included',
      'Europe/Berlin',
      '30 days from entering',
      '22 November 2026, 11:40:00',
      '13.5%',
      '53 of 392 entries that are at least 30 days old bought within that time.',
      '125 entries have time left to buy: the settled rate is final after 30 November 2026.',
      'Not counted: 9 purchases before entering, 3 purchases (1 person) by people who never entered.',
      'language against non_language: conversion +8.1 points (+1.7 to +14.1): language is higher.',
      'Against 31 August – 30 September 2026',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('tells those who do not see it what its charts show', async () => {
    expect(await full.getByRole('img', { name: 'Conversion of non_language over time' }).count()).toBe(1);
    expect(await full.locator('svg desc').first().textContent()).toMatch(
      /^13 months, from Nov 2025 to Nov 2026\. Settled rates go from .+% in [A-Z][a-z]{2} 20.+ to .+\. 2 months not settled yet: /,
    );
  });

  it.each([1400, 360])('has tables that are tables, at %i pixels', async (width) => {
    await full.setViewportSize({ width, height: 800 });
    const table = full.getByRole('table').first();
    expect(await table.getByRole('rowheader').allTextContents()).toEqual(['language', 'non_language', 'All']);
    expect(await table.getByRole('columnheader').count()).toBe(9);
    expect(await table.getByRole('cell').count()).toBe(3 * 8);
  });

  it('unfolds its figures without a script', async () => {
    const { page } = await show('many days');
    const figures = page.locator('details table');
    expect(await figures.isVisible()).toBe(false);
    await page.getByText('By day, in figures').click();
    expect(await figures.isVisible()).toBe(true);
    expect(await figures.locator('tbody tr').count()).toBe(2 * 200);
  });

  it('shows names as they are, whatever they are made of', async () => {
    const { page } = await show('long names');
    const shown = await page.locator('.breakdown .name').allTextContents();
    expect(shown).toContain(longName);
    expect(shown).toContain(hostileName.replace('\u202e', '\\u202e'));
    expect(await page.locator('img, script').count()).toBe(0);
  });

  it('names the site, and no folder of this machine', async () => {
    const text = (await show('with clicks')).page;
    expect(await text.title()).toBe('Testizer <& Co>: funnel conversion, 1–31 October 2026');
    expect(await text.locator('main').innerText()).toMatch(/^Testizer <& Co>\n+Funnel conversion/);
    const content = await text.content();
    expect(content).toContain('clicks.csv');
    expect(content).not.toContain('/srv');
    expect(await full.title()).toBe('Funnel conversion, 1–31 October 2026');
  });

  it('says so when nobody entered, and draws nothing', async () => {
    const { page } = await show('nobody entered');
    expect(await page.locator('main').innerText()).toContain('No funnel entries found.');
    expect(await page.locator('svg').count()).toBe(0);
  });
});
