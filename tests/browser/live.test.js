// The page with a server that lives: reload, runs of lessons, what is kept.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CHAPTERS, find, first, labOf, rowsOf, run } from './lab.js';
import { axe, bases, faults, site, visit } from './page.js';
import { jsonLines, serve, workbook } from './site.js';

describe('live reload', () => {
  /** A server that says what the workbook's server says. */
  async function pretend(t) {
    const live = { build: 7, error: null };
    const { base, stop } = await serve(site, (path, page) => {
      if (path === '/live/build') {
        return { type: 'application/json', body: JSON.stringify(live) };
      }
      if (!path.endsWith('.html')) return undefined;
      return { body: page.toString().replace('</head>',
        `<meta name="workbook-build" content="${live.build}">\n</head>`) };
    });
    t.after(stop);
    return { base, stop, live };
  }

  test('a new build reloads the page and keeps the place', async t => {
    const { base, live } = await pretend(t);
    await visit(t, {}, async page => {
      await page.goto(`${base}udp.html`);
      await page.evaluate(() => scrollTo(0, 1500));
      const reloaded = page.waitForEvent('load', { timeout: 5000 });
      live.build = 8;
      await reloaded;
      await page.waitForFunction(() => scrollY === 1500, null, { timeout: 2000 });
      const meta = page.locator('meta[name="workbook-build"]');
      assert.equal(await meta.getAttribute('content'), '8');
    });
  });

  test('a failed build is told without a reload', async t => {
    const { base, live } = await pretend(t);
    await visit(t, {}, async page => {
      await page.goto(`${base}udp.html`);
      const banner = page.locator('.live');
      live.error = 'book/udp.md: no such include <b>';
      await banner.getByText('no such include <b>').waitFor({ timeout: 5000 });
      await page.evaluate(axe);
      assert.deepEqual(await faults(page), []);
      live.error = null;
      await page.waitForFunction(
        () => document.querySelector('.live')?.textContent === '');
    });
  });

  test('a server that has stopped is told quietly', async t => {
    const { base, stop } = await pretend(t);
    await visit(t, {}, async page => {
      await page.clock.install();
      await page.goto(`${base}udp.html`);
      const errors = [];
      page.on('console', message => {
        const { url } = message.location();
        if (url.endsWith('/live/build')) errors.push(message.text());
      });
      await stop();
      for (let i = 0; i < 300 && errors.length < 50; i += 1) {
        await page.clock.runFor(1000);
      }
      const said = await page.locator('.live').textContent();
      assert.match(said ?? '', /server has stopped; start it again with cargo run/);
      assert.ok(errors.length <= 6, errors.join('\n'));
    });
  });

  test('the workbook serves the same book and numbers its builds', async t => {
    if (!bases.workbook) {
      assert.ok(process.env.SITE, 'target/debug/workbook is missing: run `cargo build`');
      return t.skip('SITE is set: only the plain files are looked at');
    }
    await visit(t, {}, async page => {
      await page.goto(`${bases.workbook}udp.html`);
      const number = await page.locator('meta[name="workbook-build"]')
        .getAttribute('content');
      const answer = await page.evaluate(async () => (await fetch('/live/build')).json());
      assert.equal(answer.build, Number(number));
      assert.equal(answer.error, null);
      await page.evaluate(axe);
      assert.deepEqual(await faults(page), []);
      assert.equal(await page.locator('.lab').count() > 0, true);
      const missing = await page.goto(`${bases.workbook}no/such/page`);
      assert.equal(missing?.status(), 404);
      await page.evaluate(axe);
      assert.deepEqual(await faults(page), []);
      assert.equal(await page.locator('h1').last().innerText(), 'There is no such page');
    });
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

  test('every rule of every exercise is told kept or broken', async t => {
    const pages = readdirSync(join(site, 'exercises')).filter(name => name.endsWith('.html'));
    assert.ok(pages.length > 10, `only ${pages}`);
    await here(t, {}, async page => {
      let count = 0;
      // The judge's own rules, the first broken and the others kept.
      await page.route('**/live/exercise?*', async route => {
        const answer = await route.fetch();
        const told = await answer.json();
        count = told.rules.length;
        const rules = told.rules.map((rule, i) => ({ rule, passed: i > 0 }));
        const failed = { rule: told.rules[0], text: [] };
        const last = { at: 1e12, passed: false, rules, failed };
        await route.fulfill({ json: { ...told, last } });
      });
      for (const name of pages) {
        await page.goto(`${bases.workbook}exercises/${name}`);
        const exercise = page.locator('.exercise');
        await exercise.getByText('it breaks the rule ').waitFor();
        const badges = await exercise.locator('ol > li').evaluateAll(
          items => items.map(it => it.querySelector('.belief, .mine')?.textContent));
        assert.ok(count > 2 && badges.length === count, `${name}: ${badges}`);
        assert.deepEqual(badges, badges.map((_, i) => (i ? 'kept' : 'broken')), name);
      }
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
  const RULE = 'it says where it listens';
  const PASSED = { at: 1e12, passed: true, failed: null, rules: [{ rule: RULE, passed: true }] };
  const FAILED = { at: 1e12, passed: false, rules: [{ rule: RULE, passed: false }],
    failed: { rule: RULE, text: ['we got \u001b[2J <b>nothing'] } };

  /** A server that keeps a diary. */
  async function pretend(t) {
    const says = { last: /** @type {any} */ (null), diary: 1, lessons: {} };
    const json = body => ({ type: 'application/json', body: JSON.stringify(body) });
    const { base, stop } = await serve(site, (path, page) => {
      if (path === '/live/build') return json({ build: 7, error: null, ...says });
      if (path === '/live/exercise') {
        return json({ file: 'a/b.rs', rules: [RULE], last: says.last });
      }
      if (path === '/live/progress') {
        return json({ predictions: [
          { lesson: 'udp', experiment: 'echo', predicted: 'connected', happened: 'carried' },
          { lesson: 'udp', experiment: 'boundaries', predicted: 'first', happened: 'first' }] });
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
      const right = labOf(page, { slug: 'udp', name: 'boundaries' }).locator('.noted');
      assert.match(await right.innerText(), /^Last time you predicted \d\) .*, and were right\.$/);
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
        await exercise.getByText(`it breaks the rule "${RULE}".`).waitFor({ timeout: 5000 });
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
