// What every test of the page needs: a browser, the book served twice, and a
// page of its own.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { browser, folder, needed, picture, serve, workbook } from './site.js';

/** @type {import('playwright-core').Browser} */
export let chromium;
/** @type {string} */
export let axe;
/** @type {string} */
export let site;
/** @type {(() => Promise<void>)[]} */
const ends = [];
/** @type {Record<string, string>} */
export const bases = {};

before(async () => {
  const opened = await browser();
  ends.push(opened.stop);
  chromium = opened.started;
  axe = (await needed('axe-core')).default.source;
  // First the workbook, which builds the book, then the same book as files.
  const own = process.env.SITE ? null : await workbook();
  if (own) {
    ends.push(own.stop);
    bases.workbook = own.base;
  }
  site = folder();
  const files = await serve(site);
  ends.push(files.stop);
  bases.files = files.base;
});

after(async () => {
  for (const end of ends.reverse()) await end();
});

/**
 * A page in a context of its own; errors on it fail the test, and a failure
 * leaves a picture.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('playwright-core').BrowserContextOptions & {theme?: string}} options
 * @param {(page: import('playwright-core').Page) => Promise<void>} look
 */
export async function visit(t, options, look) {
  const { theme = 'light', ...rest } = options;
  const context = await chromium.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...rest,
  });
  await context.addInitScript(name => {
    try {
      localStorage.setItem('mdbook-theme', name);
    } catch { /* an about:blank has no storage */ }
  }, theme);
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', error => wrong.push(error.message));
  try {
    await look(page);
    assert.deepEqual(wrong, [], 'errors in the page');
  } catch (error) {
    t.diagnostic(`picture: ${await picture(page, t.fullName ?? t.name)}`);
    throw error;
  } finally {
    await context.close();
  }
}

/**
 * What axe finds wrong on the page as it stands, in short.
 *
 * @param {import('playwright-core').Page} page
 * @param {{rules?: string[], without?: string[], frame?: boolean}} [only] these
 *   rules; not these; only the frame around the text
 */
export async function faults(page, { rules, without = [], frame = false } = {}) {
  const { violations } = await page.evaluate(
    // @ts-ignore: axe was put into the page
    ([runOnly, off, frame]) => window.axe.run(frame ? { exclude: ['main'] } : document, {
      resultTypes: ['violations'],
      ...runOnly && { runOnly },
      rules: Object.fromEntries(off.map(name => [name, { enabled: false }])),
    }), /** @type {const} */ ([rules, without, frame]));
  // The first of a rule says enough.
  return violations.map(({ id, nodes }) =>
    `${id}, ${nodes.length} times: ${nodes[0].target.join(' ')}: ${nodes[0].failureSummary}`);
}

export async function wear(page, theme) {
  // By id: below a certain width the menu covers what is under it.
  await page.evaluate(name =>
    document.getElementById(`mdbook-theme-${name}`)?.click(), theme);
}

export const openAll = page => page.evaluate(async () => {
  for (const it of document.querySelectorAll('details')) it.open = true;
  for (const it of document.querySelectorAll('[hidden="until-found"]')) it.hidden = false;
  // What became wide is noticed with the next frame.
  await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
});

export const focused = page => page.evaluate(() => {
  const it = document.activeElement;
  return { inText: !!it?.closest('main'), name: it?.textContent?.trim() ?? '' };
});
