// A lab of a page, and the recorded run that belongs to it.

import assert from 'node:assert/strict';
import { recordings } from './site.js';

/** Events that are no row of a timeline. */
const NO_ROW = ['lesson', 'experiment', 'question', 'answer', 'outcome', 'explained', 'end'];
export const RUNS = recordings();
export const CHAPTERS = [...new Set(RUNS.map(({ slug }) => slug))];

export const rowsOf = events => events.filter(({ event }) => !NO_ROW.includes(event));
export const find = (events, kind) => events.find(({ event }) => event === kind);
export const labOf = (page, { slug, name }) => page.locator(`[data-lab="${slug}/${name}"]`);
export const first = slug => RUNS.find(run => run.slug === slug);

/** Presses a button of a lab and waits for the outcome; a run that a busy
 * machine has disturbed settles nothing, and is run again. */
export async function run(lab, kind = 'recorded') {
  for (let i = 0; i < 6; i += 1) {
    await lab.locator(`[data-kind="${kind}"]`).click();
    await lab.locator('.status').filter({ hasNotText: /^(Running|Playing)/ }).waitFor();
    if (await lab.locator('.outcome p').count()) return;
    console.error(`run again: ${await lab.locator('.status').innerText()}`);
  }
  assert.fail('no run settled anything');
}
