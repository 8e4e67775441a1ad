// The labs of the page: predict, play or run, step, compare, in every chapter.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { describe, test } from 'node:test';
import { axe, bases, chromium, faults, site, visit } from './page.js';
import { jsonLines, recordings, serve, sourceLines, workbook } from './site.js';

/** Events that are no row of a timeline. */
const NO_ROW = ['lesson', 'experiment', 'question', 'answer', 'outcome', 'explained', 'end'];
const RUNS = recordings();
const CHAPTERS = [...new Set(RUNS.map(({ slug }) => slug))];

const rowsOf = events => events.filter(({ event }) => !NO_ROW.includes(event));
const find = (events, kind) => events.find(({ event }) => event === kind);
const labOf = (page, { slug, name }) => page.locator(`[data-lab="${slug}/${name}"]`);
const first = slug => RUNS.find(run => run.slug === slug);

/** Presses a button of a lab and waits for the outcome; a run that a busy
 * machine has disturbed settles nothing, and is run again. */
async function run(lab, kind = 'recorded') {
  for (let i = 0; i < 6; i += 1) {
    await lab.locator(`[data-kind="${kind}"]`).click();
    await lab.locator('.status').filter({ hasNotText: /^Running/ }).waitFor();
    if (await lab.locator('.outcome p').count()) return;
    console.error(`run again: ${await lab.locator('.status').innerText()}`);
  }
  assert.fail('no run settled anything');
}

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
      assert.deepEqual(await faults(page), [], 'while it runs');
      for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowRight');
      await lab.locator('.outcome p').first().waitFor({ timeout: 2000 });

      await lab.locator('[data-kind="recorded"]').click();
      await rows.nth(1).waitFor();
      await lab.getByText('Stop').press('Enter');
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

/** Milliseconds from a click to the first row of a run on this machine. */
async function toFirstEvent(lab) {
  const took = await lab.evaluate(root => new Promise(resolve => {
    const before = root.querySelector('.told');
    const start = performance.now();
    new MutationObserver((_, self) => {
      const now = root.querySelector('.told');
      if (now === before || !now?.querySelector('li')) return;
      self.disconnect();
      resolve(performance.now() - start);
    }).observe(root, { childList: true, subtree: true });
    /** @type {HTMLElement} */ (root.querySelector('[data-kind="live"]')).click();
  }));
  await lab.locator('.status').filter({ hasNotText: /^Running/ }).waitFor();
  return took;
}

describe('on the reader\'s machine', () => {
  /** Visits a page of the workbook's own server. */
  const here = async (t, options, look) => {
    if (!bases.workbook) return t.skip('SITE is set: only the plain files are looked at');
    await visit(t, options, look);
  };

  test('the first lab of each chapter runs, and a guess is answered', async t => {
    await here(t, {}, async page => {
      for (const slug of CHAPTERS) {
        await page.goto(`${bases.workbook}${slug}.html`);
        const recorded = first(slug);
        const lab = labOf(page, recorded);
        const { options } = find(recorded.events, 'question');
        const key = find(recorded.events, 'outcome').key;
        await lab.locator('input').nth(options.findIndex(it => it.key !== key)).check();
        await run(lab, 'live');
        const outcome = await lab.locator('.outcome').innerText();
        assert.match(outcome, /^The kernel chose \d\)/, slug);
        assert.match(outcome, /You predicted \d\)/, slug);
        assert.match(outcome, /The belief behind it \(M\d\d\): |No common belief leads there/, slug);
        assert.ok(await lab.locator('.told > li').count() > 1, slug);
      }
    });
  });

  test('a prediction is kept for every browser and the terminal', async t => {
    const lab = page => labOf(page, { slug: 'udp', name: 'empty' });
    await here(t, {}, async page => {
      await page.goto(`${bases.workbook}udp.html`);
      await lab(page).locator('input').nth(1).check();
      await run(lab(page), 'live');
    });
    // Another browser, which has stored nothing.
    await here(t, {}, async page => {
      await page.goto(`${bases.workbook}udp.html`);
      await lab(page).getByText('Last time you predicted 2) ').waitFor();
      assert.ok(await lab(page).locator('input').nth(1).isChecked());
    });
  });

  test('an exercise tells where its file is', async t => {
    await here(t, {}, async page => {
      await page.goto(`${bases.workbook}exercises/udp-echo.html`);
      const verdict = page.locator('.exercise .verdict');
      await verdict.getByText('lessons/udp/exercises/udp-echo.rs').waitFor();
      await verdict.getByText('It has not been judged yet.').waitFor();
    });
  });

  test('a run can be compared and saved', async t => {
    await here(t, { acceptDownloads: true }, async page => {
      await page.goto(`${bases.workbook}handshake.html`);
      await page.evaluate(axe);
      const lab = labOf(page, { slug: 'handshake', name: 'three-packets' });
      await run(lab, 'live');
      await lab.getByText('Compare with the recorded run').click();
      await lab.locator('.runs.pair').waitFor();
      const names = await lab.locator('.runs .caption').allInnerTexts();
      assert.deepEqual(names, ['A run on this machine, just now', 'A recorded run']);
      assert.equal(await lab.locator('.told').count(), 2);
      assert.deepEqual(await faults(page), []);
      await lab.getByText('Compare with the recorded run').click();
      assert.equal(await lab.locator('.told').count(), 1);
      const saved = page.waitForEvent('download');
      await lab.getByText('Save as JSON Lines').click();
      const events = jsonLines(readFileSync(await (await saved).path(), 'utf8'));
      assert.equal(rowsOf(events).length, await lab.locator('.told > li').count());
      assert.equal(find(events, 'end').experiment, 'three-packets');
      const packets = page.waitForEvent('download');
      await lab.getByText('Save as pcapng').click();
      const capture = readFileSync(await (await packets).path());
      assert.equal(capture.readUInt32LE(), 0x0a0d0d0a, 'a section header block');
    });
  });

  test('from the click to the first event it takes no time to notice', async t => {
    await here(t, {}, async page => {
      await page.goto(`${bases.workbook}udp.html`);
      const lab = labOf(page, first('udp'));
      await run(lab, 'live');
      // Other work on the machine may spoil a round; it cannot help one.
      let median = Infinity;
      for (let round = 0; round < 3 && median > 50; round += 1) {
        const took = [];
        for (let i = 0; i < 20; i += 1) took.push(await toFirstEvent(lab));
        took.sort((a, b) => a - b);
        median = took[10];
        t.diagnostic(`median ${median.toFixed(1)} ms, longest ${took[19].toFixed(1)} ms`);
      }
      // The goal is one of a machine that has time for its reader.
      const busy = loadavg()[0] > 2 * availableParallelism();
      if (busy && median > 50) return t.skip(`NOT CHECKED: load ${loadavg()[0]}`);
      assert.ok(median <= 50, `median ${median} ms`);
    });
  });

  for (const [theme, width] of /** @type {const} */ ([['light', 1280], ['navy', 390]])) {
    test(`the reader is the wire, by button and by key, at ${width} px`,
      t => here(t, { theme, viewport: { width, height: 900 } }, beTheWire));
  }

  async function beTheWire(/** @type {import('playwright-core').Page} */ page) {
    await page.goto(`${bases.workbook}handshake.html`);
    await page.evaluate(axe);
    const lab = labOf(page, { slug: 'handshake', name: 'three-packets' });
    const told = text => lab.locator('.told > li', { hasText: text }).first().waitFor();
    await lab.locator('[data-kind="hold"]').click();
    const waiting = lab.getByRole('group', { name: /^Packet / });
    await waiting.first().waitFor();
    assert.deepEqual(await waiting.first().getByRole('button').allInnerTexts(),
      ['Pass (p)', 'Drop (d)', 'Duplicate (2)', 'Delay (l)', 'Corrupt (c)']);
    await told(/A SYN_SENT.*B no socket/);
    assert.deepEqual(await faults(page), [], 'while a packet waits');
    await page.keyboard.press('d');
    await told('SYN seq 0 held, then dropped');
    // The kernel sends it again, and it waits again.
    await lab.getByRole('button', { name: 'Pass (p)' }).first().click();
    await told('SYN seq 0 held, then passed');
    await told(/A SYN_SENT.*B SYN_RECV/);
    await lab.getByRole('button', { name: 'Duplicate (2)' }).first().waitFor();
    await page.keyboard.press('2');
    await told(/(SYN|SYN, ACK) seq 0.* held, then duplicated/);
    // A busy machine may have ended the run by now, and hidden the button.
    await lab.getByText('Let all go').evaluate((/** @type {HTMLElement} */ it) => it.click());
    await lab.locator('.bar button', { hasText: 'Stop' }).waitFor({ state: 'hidden' });
    await lab.getByText('A run with you as the wire: you were the wire').waitFor();
    assert.match(await lab.locator('.status').innerText(), /With you it came out as: /);
    await told(/A ESTABLISHED/); // B may not have the last ACK yet
    assert.equal(await waiting.getByRole('button').count(), 0);
    assert.equal(await lab.locator('.outcome p').count(), 0, 'it judges nothing');
    assert.deepEqual(await faults(page), [], 'after it');
  }

  test('a page that is left leaves no run behind', async t => {
    await here(t, {}, async page => {
      await page.goto(`${bases.workbook}handshake.html`);
      const labs = ['lost-syn', 'three-packets', 'before-accept', 'backlog'];
      for (let i = 0; i < 2; i += 1) {
        // As many as may run at once: one that stayed would keep others out.
        for (const name of labs) {
          const lab = labOf(page, { slug: 'handshake', name });
          await lab.locator('[data-kind="hold"]').click();
          await lab.locator('.told > li').first().waitFor();
        }
        await page.reload();
        await page.waitForTimeout(1000); // that long a lesson may take to end
      }
    });
  });

  test('a server that is gone is said, and the recorded text stays', async t => {
    if (!bases.workbook) return t.skip('SITE is set');
    const own = await workbook();
    t.after(() => own?.stop());
    await visit(t, {}, async page => {
      await page.goto(`${own?.base}udp.html`);
      const lab = labOf(page, first('udp'));
      await run(lab, 'live');
      await own?.stop();
      await lab.locator('[data-kind="live"]').click();
      await lab.getByText('The server does not answer. Start it again with cargo run').waitFor();
      await lab.locator('summary').first().click();
      assert.match(await lab.locator('.recorded code').innerText(), /The kernel chose/);
    });
  });
});

describe('what is written down', () => {
  const PASSED = { at: 1e12, passed: true, failed: null,
    rules: [{ rule: 'it says where it listens', passed: true }] };
  const FAILED = { at: 1e12, passed: false,
    rules: [{ rule: 'it says where it listens', passed: false }],
    failed: { rule: 'it says where it listens', text: ['we got \u001b[2J <b>nothing'] } };

  /** A server that keeps a diary. */
  async function pretend(t) {
    const says = { last: /** @type {any} */ (null), diary: 1, lessons: {} };
    const json = body => ({ type: 'application/json', body: JSON.stringify(body) });
    const { base, stop } = await serve(site, (path, page) => {
      if (path === '/live/build') return json({ build: 7, error: null, ...says });
      if (path === '/live/exercise') return json({ file: 'a/b.rs', last: says.last });
      if (path === '/live/progress') {
        return json({ predictions: [{ lesson: 'udp', experiment: 'echo',
          predicted: 'connected', happened: 'carried' }] });
      }
      if (!path.endsWith('.html')) return undefined;
      return { body: page.toString().replace('</head>',
        '<meta name="workbook-build" content="7"><meta name="workbook-token" content="t"></head>') };
    });
    t.after(stop);
    return { base, says };
  }

  test('a prediction made in the terminal is shown', async t => {
    const { base } = await pretend(t);
    await visit(t, {}, async page => {
      await page.goto(`${base}udp.html`);
      const lab = labOf(page, { slug: 'udp', name: 'echo' });
      await lab.getByText('Last time you predicted 2) ').waitFor();
      assert.match(await lab.locator('.noted').innerText(), /and the kernel chose 1\) /);
      assert.ok(await lab.locator('input').nth(1).isChecked());
    });
  });

  for (const [theme, width] of /** @type {const} */ ([['light', 1280], ['navy', 390]])) {
    test(`an exercise shows its file and each new verdict, at ${width} px`, async t => {
      const { base, says } = await pretend(t);
      await visit(t, { theme, viewport: { width, height: 900 } }, async page => {
        await page.goto(`${base}exercises/udp-echo.html`);
        await page.evaluate(axe);
        const exercise = page.locator('.exercise');
        await exercise.getByText('It has not been judged yet.').waitFor();
        assert.equal(await exercise.locator('.verdict code').innerText(), 'a/b.rs');
        Object.assign(says, { last: FAILED, diary: 2 });
        await exercise.getByText('it breaks a rule.').waitFor({ timeout: 5000 });
        assert.match(await exercise.locator('.verdict pre').innerText(), /we got \\u\{1b\}\[2J <b>nothing/);
        assert.match(await exercise.locator('ol > li').first().innerText(), /broken$/);
        assert.deepEqual(await faults(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        Object.assign(says, { last: PASSED, diary: 3 });
        await exercise.getByText('it keeps all the rules.').waitFor({ timeout: 5000 });
        assert.match(await exercise.locator('ol > li').first().innerText(), /kept$/);
      });
    });
  }

  test('a lesson that is built or broken is said', async t => {
    const { base, says } = await pretend(t);
    await visit(t, {}, async page => {
      await page.goto(`${base}udp.html`);
      const banner = page.locator('.live');
      says.lessons = { udp: { state: 'building', words: '' } };
      await banner.getByText('The lesson udp is being built').waitFor({ timeout: 5000 });
      says.lessons = { udp: { state: 'broken', words: 'error[E0425]: <x>' } };
      await banner.getByText('error[E0425]: <x>').waitFor({ timeout: 5000 });
      says.lessons = { udp: { state: 'ready', words: '' } };
      await page.waitForFunction(
        () => document.querySelector('.live')?.textContent === '');
    });
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
