// The labs of the page: predict, play, step, compare, in every chapter.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHAPTERS, RUNS, find, first, labOf, rowsOf, run } from './lab.js';
import { axe, bases, faults, visit } from './page.js';
import { sourceLines } from './site.js';

/** Steps back from the end to the start and tells what each step shows. */
const steps = lab => lab.evaluate(root => {
  const seen = [];
  const back = [...root.querySelectorAll('button')].find(it => /Back/.test(it.textContent ?? ''));
  for (;;) {
    const visible = [...root.querySelectorAll('.told > li')]
      .filter(it => getComputedStyle(it).visibility === 'visible');
    seen.unshift({
      rows: visible.length,
      last: visible.at(-1)?.getAttribute('aria-current'),
      line: root.querySelector('.source:not([hidden]) .mark')?.dataset.text,
      caption: root.querySelector('.caption')?.textContent,
      place: root.querySelector('output')?.firstChild?.textContent,
    });
    if (!back || back.ariaDisabled === 'true') return seen;
    back.click();
  }
});

describe('a recorded run plays', { concurrency: 2 }, () => {
  for (const slug of CHAPTERS) {
    test(`in each lab of ${slug}, the three lenses in step`, async t => {
      await visit(t, {}, async page => {
        await page.goto(`${bases.files}${slug}.html`);
        for (const recorded of RUNS.filter(it => it.slug === slug)) {
          const { name, events } = recorded;
          const at = `${slug}/${name}`;
          const lab = labOf(page, recorded);
          const { options } = find(events, 'question');
          const { key } = find(events, 'outcome');
          const wrong = options.findIndex(it => it.key !== key);
          const right = options.findIndex(it => it.key === key);
          await lab.locator('input').nth(wrong).check();
          await run(lab);
          const outcome = await lab.locator('.outcome').innerText();
          assert.ok(outcome.includes(`The kernel chose ${right + 1}) ${options[right].text}`), at);
          assert.ok(outcome.includes(`You predicted ${wrong + 1}) `), at);
          assert.match(outcome, /The belief behind it: .* But |No common belief leads here/s, at);

          const rows = rowsOf(events);
          const shown = await steps(lab);
          assert.equal(shown.length, rows.length, at);
          let told;
          rows.forEach((row, i) => {
            told = row.at ?? told;
            const step = shown[i];
            assert.equal(step.rows, i + 1, `${at}, step ${i}`);
            assert.equal(step.last, 'step', `${at}, step ${i}`);
            assert.equal(step.place, `Step ${i + 1} of ${rows.length}`);
            // Line by line the source, as it stands in the file.
            if (!told) return;
            assert.equal(step.caption, `${told.file}, line ${told.line}`);
            assert.equal(step.line, sourceLines(told.file)[told.line], `${at}, step ${i}`);
          });
          const packets = rows.filter(({ event }) => event === 'packet');
          assert.equal(await lab.locator('.told .rung > svg').count(), packets.length, at);

          await lab.locator('input').nth(right).check();
          await run(lab);
          assert.match(await lab.locator('.outcome').innerText(), /Right\. You predicted it\./, at);
        }
      });
    });
  }

  test('one step after the other, and can be hurried and stopped', async t => {
    await visit(t, { reducedMotion: 'no-preference' }, async page => {
      await page.goto(`${bases.files}handshake.html`);
      await page.evaluate(axe);
      const lab = labOf(page, { slug: 'handshake', name: 'lost-syn' });
      const rows = lab.locator('.told > li');
      await lab.locator('[data-kind="recorded"]').click();
      await rows.nth(1).waitFor();
      assert.equal(await lab.locator('.outcome p').count(), 0, 'it is over at once');
      assert.equal(await lab.locator('.status').innerText(), 'Playing the recorded run ...');
      assert.deepEqual(await faults(page), [], 'while it runs');
      for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowRight');
      await lab.locator('.outcome p').first().waitFor({ timeout: 2000 });

      await lab.locator('[data-kind="recorded"]').click();
      await rows.nth(1).waitFor();
      await lab.getByText('Stop playing').press('Enter');
      await lab.getByText('A recorded run: stopped.').waitFor();
      // The button that had the focus is gone; the keys still belong to the lab.
      for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowLeft');
      await lab.getByText('Step 1 of').waitFor();
      assert.match(page.url(), /handshake\.html/);
      assert.equal(await lab.locator('.outcome p').count(), 0);
    });
  });
});

test('what gives the answer away is folded until there is a guess', async t => {
  await visit(t, {}, async page => {
    await page.goto(`${bases.files}udp.html`);
    const visible = text => page.getByText(text).first().evaluate(
      it => it.checkVisibility({ contentVisibilityAuto: true }));
    const [echo, ends, small] = ['That pair of calls is the whole server',
      'What went in with one send', 'The receive takes the datagram out'];
    for (const text of [echo, ends, small]) assert.equal(await visible(text), false, text);
    await labOf(page, { slug: 'udp', name: 'echo' }).locator('input').first().check();
    assert.deepEqual([await visible(echo), await visible(ends)], [true, false]);
    const skip = page.getByText('Read on without predicting');
    const count = await skip.count();
    await skip.first().press('Enter');
    assert.deepEqual([await visible(ends), await visible(small)], [true, false]);
    assert.equal(await skip.count(), count - 1);
    // The search of the browser opens what it finds; here a link to it.
    await page.evaluate(() => {
      const folded = document.querySelector('[hidden="until-found"] p');
      if (folded) folded.id = 'found';
      location.hash = '#found';
    });
    await page.waitForFunction(() => document.getElementById('found')?.checkVisibility());
    await page.reload();
    assert.deepEqual([await visible(echo), await visible(ends)], [true, false]);
  });
});

test('two tabs show one guess', async t => {
  await visit(t, {}, async page => {
    await page.goto(`${bases.files}udp.html`);
    const other = await page.context().newPage();
    await other.goto(`${bases.files}udp.html`);
    const lab = { slug: 'udp', name: 'empty' };
    await labOf(page, lab).locator('input').nth(1).check();
    await other.waitForFunction(selector => {
      const inputs = document.querySelectorAll(`${selector} input`);
      return /** @type {HTMLInputElement} */ (inputs[1]).checked;
    }, '[data-lab="udp/empty"]');
  });
});

test('the arrow keys step through a lab and never turn the page', async t => {
  await visit(t, {}, async page => {
    await page.goto(`${bases.files}closing.html`);
    const lab = labOf(page, { slug: 'closing', name: 'how-many' });
    await run(lab);
    const place = () => lab.locator('output').evaluate(it => it.firstChild?.textContent);
    const last = Number((await place()).match(/of (\d+)/)[1]);
    const back = lab.getByText('◀ Back');
    await back.focus();
    for (let i = 0; i < last + 3; i += 1) await page.keyboard.press('ArrowLeft');
    assert.equal(await place(), `Step 1 of ${last}`);
    for (let i = 0; i < last + 3; i += 1) await page.keyboard.press('ArrowRight');
    assert.equal(await place(), `Step ${last} of ${last}`);
    await lab.locator('.told > li').nth(2).click();
    assert.equal(await place(), `Step 3 of ${last}`);
    await lab.locator('.source').focus();
    await page.keyboard.press('ArrowRight');
    assert.match(page.url(), /closing\.html/);
  });
});

describe('axe finds nothing wrong', { concurrency: 2 }, () => {
  for (const width of [1280, 390]) {
    test(`in a lab that has run, at ${width} px`, async t => {
      for (const theme of ['light', 'navy', 'rust', 'coal', 'ayu']) {
        await visit(t, { theme, viewport: { width, height: 900 } }, async page => {
          await page.goto(`${bases.files}handshake.html`);
          await page.evaluate(axe);
          for (const name of ['lost-syn', 'simultaneous-open']) {
            const lab = labOf(page, { slug: 'handshake', name });
            await lab.locator('input').first().check();
            await run(lab);
            await lab.getByText('◀ Back').click();
          }
          await run(labOf(page, { slug: 'handshake', name: 'lost-syn' }));
          await page.getByText('Compare with the run before').click();
          assert.deepEqual(await faults(page), [], theme);
          const wide = await page.evaluate(() => [...document.querySelectorAll('.run *')]
            .filter(it => it.getBoundingClientRect().right > innerWidth && !it.closest('.source'))
            .map(it => it.outerHTML.slice(0, 80)));
          assert.deepEqual(wide, [], theme);
        });
      }
    });
  }
});

test('without JavaScript nothing is folded', async t => {
  await visit(t, { javaScriptEnabled: false }, async page => {
    await page.goto(`${bases.files}udp.html`);
    assert.ok(await page.getByText('What went in with one send').isVisible());
    assert.equal(await page.getByText('Play the recorded run').count(), 0);
  });
});

test('on paper nothing is folded, and there is nothing to press', async t => {
  await visit(t, {}, async page => {
    await page.goto(`${bases.files}udp.html`);
    await run(labOf(page, first('udp')));
    await page.emulateMedia({ media: 'print' });
    const seen = await page.evaluate(() => ['.after', '.press', '.run'].map(name =>
      [...document.querySelectorAll(name)].some(it => it.checkVisibility())));
    assert.deepEqual(seen, [true, false, false]);
  });
});
