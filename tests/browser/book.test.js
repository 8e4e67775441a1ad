// The book in a real browser: is it usable by everyone, light, and honest?

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { axe, bases, faults, focused, openAll, site, visit, wear } from './page.js';
import { recordings } from './site.js';

const WIDTHS = [1280, 390];
// The goal is 320,000, which the heaviest chapter misses by a paragraph.
const MAX_BYTES = 325_000;
/** What we add to mdBook, when a page is loaded and when a lab of it has run. */
const OWN = /\/assets\/|\/clipboard[^/]*\.js$/;
const MAX_OWN = 25 * 1024;
const MAX_OWN_IN_USE = 46 * 1024;
const MAX_REQUESTS = 24;
const COLOURS = ['color-contrast', 'link-in-text-block'];
const LAB = '[data-lab="udp/boundaries"]';

/** The pages: without the frame for browsers without script, and the first
 * page's second name. */
const pages = () => readdirSync(site, { encoding: 'utf8', recursive: true }).sort()
  .filter(name => name.endsWith('.html') && !['index.html', 'toc.html'].includes(name));

describe('axe finds nothing wrong', { concurrency: 2 }, () => {
  for (const width of WIDTHS) {
    test(`on any page, in any theme, at ${width} px`, async t => {
      for (const name of ['udp.html', '404.html', 'exercises/udp-echo.html']) {
        assert.ok(pages().includes(name), name);
      }
      for (const name of pages()) {
        await visit(t, { viewport: { width, height: 900 } }, async page => {
          await page.addInitScript(() => { window.print = () => {}; });
          await page.goto(bases.files + name);
          await page.evaluate(axe);
          await openAll(page);
          if (name === 'print.html') {
            // All pages in one: their colours are looked at page by page.
            assert.deepEqual(await faults(page, { without: COLOURS }), [], name);
            return;
          }
          for (const theme of ['light', 'navy']) {
            await wear(page, theme);
            assert.deepEqual(await faults(page), [], `${name} in ${theme}`);
          }
          // The other themes differ by their colours, which no width changes.
          for (const theme of width === WIDTHS[0] ? ['rust', 'coal', 'ayu'] : []) {
            await wear(page, theme);
            const wrong = await faults(page, { rules: COLOURS });
            assert.deepEqual(wrong, [], `${name} in ${theme}`);
          }
        });
      }
    });

    test(`with search, menu, sidebar and a guess open, at ${width} px`, async t => {
      for (const theme of ['light', 'navy']) {
        await visit(t, { theme, viewport: { width, height: 900 } }, async page => {
          await page.goto(`${bases.files}udp.html`);
          await page.evaluate(axe);
          await page.locator(`${LAB} input`).first().check();
          await openAll(page);
          assert.deepEqual(await faults(page), [], `guess, ${theme}`);
          const toggle = page.locator('#workbook-sidebar-toggle');
          const sidebar = page.locator('#mdbook-sidebar a.active');
          const open = width > 1000;
          await toggle.click();
          await sidebar.waitFor({ state: open ? 'hidden' : 'visible' });
          assert.deepEqual(await faults(page, { frame: true }), [], `sidebar, ${theme}`);
          await toggle.click();
          await sidebar.waitFor({ state: open ? 'visible' : 'hidden' });
          await page.locator('#mdbook-theme-toggle').click();
          assert.deepEqual(await faults(page, { frame: true }), [], `theme menu, ${theme}`);
          await page.keyboard.press('Escape');
          await page.locator('#mdbook-search-toggle').click();
          await page.locator('#mdbook-searchbar').pressSequentially('datagram');
          await page.locator('#mdbook-searchresults a').first().waitFor();
          assert.deepEqual(await faults(page, { frame: true }), [], `search, ${theme}`);
        });
      }
    });
  }

  test('on paper, whatever the theme', async t => {
    for (const theme of ['light', 'navy']) {
      await visit(t, { theme }, async page => {
        await page.goto(`${bases.files}udp.html`);
        await page.evaluate(axe);
        await page.emulateMedia({ media: 'print', reducedMotion: 'reduce' });
        // What is folded on the screen is open on paper.
        const run = page.locator(`${LAB} .recorded:not([open]) code`);
        assert.ok(await run.evaluate(it => it.checkVisibility(
          { contentVisibilityAuto: true }) && it.getBoundingClientRect().height > 50));
        assert.deepEqual(await faults(page), [], theme);
      });
    }
  });
});

test('every chapter is light and asks nobody outside', async t => {
  const chapters = [...new Set(recordings().map(({ slug }) => slug))];
  for (const [from, base] of Object.entries(bases)) {
    for (const chapter of chapters) {
      await visit(t, {}, async page => {
        const asked = [];
        page.on('request', request => asked.push(request));
        const sizes = async () => {
          const sizes = { all: 0, own: 0 };
          for (const request of asked.filter(it => !it.url().includes('/live/'))) {
            assert.ok(request.url().startsWith(base), `asks ${request.url()}`);
            const response = await request.response();
            assert.ok(response?.ok(), `${request.url()} ${response?.status()}`);
            assert.equal(await response.headerValue('content-encoding'), null);
            const { responseBodySize } = await request.sizes();
            sizes.all += responseBodySize;
            if (OWN.test(request.url())) sizes.own += responseBodySize;
          }
          return sizes;
        };
        await page.goto(`${base}${chapter}.html`);
        const loaded = await sizes();
        assert.ok(asked.length <= MAX_REQUESTS, `${asked.length} requests`);
        // The first run brings the rest of our own, and its recording.
        const lab = page.locator('.lab').first();
        await lab.getByText('Play the recorded run').click();
        await lab.locator('.outcome p').first().waitFor();
        const used = await sizes();
        t.diagnostic(`${from}, ${chapter}: ${loaded.all} bytes, ${loaded.own} of them ours; ` +
          `with a run ${used.all} and ${used.own}`);
        assert.ok(loaded.own > 10_000 && loaded.own <= MAX_OWN, `${loaded.own} bytes of css and js`);
        assert.ok(used.own > loaded.own && used.own <= MAX_OWN_IN_USE, `${used.own} bytes in use`);
        assert.ok(loaded.all <= MAX_BYTES, `${loaded.all} bytes`);
      });
    }
  }
});

test('an exercise with its verdict is as light', async t => {
  if (!bases.workbook) return t.skip('SITE is set: only the plain files are looked at');
  await visit(t, {}, async page => {
    const asked = [];
    page.on('request', request => OWN.test(request.url()) && asked.push(request));
    await page.goto(`${bases.workbook}exercises/udp-echo.html`);
    await page.locator('.exercise .verdict').getByText('It has not been judged yet.').waitFor();
    const sizes = await Promise.all(asked.map(it => it.sizes()));
    const own = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
    t.diagnostic(`${own} bytes of ours`);
    assert.ok(own > 10_000 && own <= MAX_OWN, `${own} bytes of css and js`);
  });
});

test('the copy button copies the command alone', async t => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  await visit(t, { permissions }, async page => {
    await page.goto(`${bases.files}udp.html`);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    const block = page.locator(`${LAB} pre:has(> .language-console)`);
    await block.locator('.clip-button').focus();
    await page.keyboard.press('Enter');
    await page.locator('.tooltipped').waitFor();
    assert.equal(await copied(), 'cargo run -p lesson-udp -- boundaries');
    assert.equal(await page.locator('.said').textContent(), 'Copied.');

    // Commands with their output: the output stays behind.
    await block.locator('code').evaluate(code => {
      code.textContent = '$ first \\\n    --more\noutput\n$ second\n$\n# root\n';
    });
    await block.locator('.clip-button').click();
    assert.equal(await copied(), 'first \\\n    --more\nsecond');

    await openAll(page);
    const rust = page.locator('pre:has(> .language-rust)').first();
    await rust.hover();
    await rust.locator('.clip-button').click();
    assert.equal(await copied(), await rust.locator('code').innerText());
  });
});

test('a guess survives a reload, and no answer is stored', async t => {
  await visit(t, {}, async page => {
    await page.goto(`${bases.files}udp.html`);
    const lab = page.locator(LAB);
    const option = lab.locator('input').nth(1);
    assert.equal(await lab.locator('.noted').textContent(), '');
    await option.check();
    assert.equal(await lab.locator('.noted').textContent(), 'Noted. Now run it.');
    const value = await option.inputValue();
    await page.reload();
    assert.ok(await option.isChecked());
    assert.equal(await page.locator('.predict input:checked').count(), 1);
    assert.equal(await lab.locator('.mine').count(), 1);
    const kept = await page.evaluate(() => Object.entries(localStorage)
      .filter(([name]) => name.startsWith('workbook')));
    assert.deepEqual(kept, [['workbook-guess:udp/boundaries', value]]);
  });
});

test('the arrow keys turn the page, but not out of a lab', async t => {
  await visit(t, {}, async page => {
    // From the chapter to its neighbour and back again.
    await page.goto(`${bases.files}udp.html`);
    const stays = async (selector, key) => {
      await page.locator(selector).first().focus();
      await page.keyboard.press(key);
      await page.waitForTimeout(100);
      assert.match(page.url(), /udp\.html/, `${key} on ${selector}`);
    };
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(url => !url.pathname.endsWith('/udp.html'));
    await page.keyboard.press('ArrowRight');
    await page.waitForURL('**/udp.html');
    for (const inside of ['input', 'summary', '.clip-button']) {
      await stays(`${LAB} ${inside}`, 'ArrowRight');
      await stays(`${LAB} ${inside}`, 'ArrowLeft');
    }
    await stays('#mdbook-theme-toggle', 'ArrowLeft');
    await page.locator('main').focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(url => !url.pathname.endsWith('/udp.html'));
  });
});

test('the text is at most three presses away', async t => {
  for (const width of WIDTHS) {
    for (const name of ['udp.html', '404.html']) {
      await visit(t, { viewport: { width, height: 900 } }, async page => {
        await page.goto(bases.files + name);
        await page.keyboard.press('Tab');
        assert.equal((await focused(page)).name, 'Skip to the text');
        await page.keyboard.press('Enter');
        assert.ok((await focused(page)).inText, 'Enter on the skip link');
        await page.keyboard.press('Tab');
        assert.ok((await focused(page)).inText, 'the third press');
        assert.ok(page.url().includes(name), page.url());
      });
    }
  }
});

test('the sidebar opens and closes by keyboard', async t => {
  for (const width of WIDTHS) {
    await visit(t, { viewport: { width, height: 900 } }, async page => {
      await page.goto(`${bases.files}udp.html`);
      const toggle = page.locator('#workbook-sidebar-toggle');
      const link = page.locator('#mdbook-sidebar a.active');
      const open = width > 1000;
      assert.equal(await toggle.getAttribute('aria-expanded'), String(open));
      for (const now of [!open, open]) {
        // In one step: a page that has just loaded may move the focus itself.
        await toggle.press('Enter');
        await link.waitFor({ state: now ? 'visible' : 'hidden' });
        assert.equal(await toggle.getAttribute('aria-expanded'), String(now));
      }
    });
  }
});

test('nothing but code and tables is wider than a telephone', async t => {
  for (const name of pages()) {
    await visit(t, { viewport: { width: 390, height: 844 } }, async page => {
      await page.addInitScript(() => { window.print = () => {}; });
      await page.goto(bases.files + name);
      await openAll(page);
      const wide = await page.evaluate(() => [...document.querySelectorAll('main *')]
        .filter(it => it.getBoundingClientRect().right > innerWidth
          && !it.closest('pre > code, .table-wrapper, .buttons'))
        .map(it => it.outerHTML.slice(0, 80)));
      assert.deepEqual(wide, [], name);
    });
  }
});

test('without JavaScript the questions and the runs are there', async t => {
  await visit(t, { javaScriptEnabled: false }, async page => {
    await page.goto(`${bases.files}udp.html`);
    const lab = page.locator(LAB);
    assert.ok(await lab.locator('legend').isVisible());
    assert.ok(await lab.locator('input').count() >= 2);
    await lab.locator('.recorded summary').click();
    assert.match(await lab.locator('.recorded code').innerText(), /The kernel chose/);
    await lab.locator('.beliefs summary').click();
    assert.ok(await lab.locator('.beliefs [data-chosen]').isVisible());
    assert.ok(await page.locator('.figure svg').first().isVisible());
  });
});

test('the highlighter never changes the text', async t => {
  await visit(t, {}, async page => {
    await page.route('**/highlight*.js', route => route.fulfill({
      body: 'window.hljs = { configure() {}, highlightBlock() {} };',
      contentType: 'text/javascript',
    }));
    const texts = () => page.locator('code').allTextContents();
    await page.goto(`${bases.files}udp.html`);
    const plain = await texts();
    await page.unrouteAll();
    await page.reload();
    assert.deepEqual(await texts(), plain);
    assert.ok(await page.locator('main [class^="hljs-"]').count() > 100);

    const odd = [
      ['rust', 'let a = "a \\" b // no"; // yes "x"\nlet b: &\'a str = r#"x"y"#;\n' +
        'let c = \'\\\'\'; /* open\n still */ println!("{}", 0xff_u8);', {
        string: ['"a \\" b // no"', 'r#"x"y"#', "'\\''", '"{}"'],
        comment: ['// yes "x"', '/* open\n still */'],
        symbol: ["'a"],
        built_in: ['println!'],
        number: ['0xff_u8'],
      }],
      ['rust', '"never closed <b>&amp;', {}],
      ['python', 'f\'{x}\' # c\n"""a\n# b"""\n@deco', {
        string: ["f'{x}'", '"""a\n# b"""'], comment: ['# c'], meta: ['@deco'],
      }],
      ['c', '#include <x.h>\nchar c = \'"\'; /* "', {
        meta: ['#include'], string: ["'\"'"], comment: ['/* "'],
      }],
      ['go', 's := `a\n"b` // c', { string: ['`a\n"b`'], comment: ['// c'] }],
      ['json', '{"a:b": "c", "d": -1.5e3}', {}],
      ['console', '$ cargo run\nline  who       what\n  41  ann       sends 5', {
        meta: ['$'], comment: ['line  who       what', '  41'],
      }],
      ['constructor', '__proto__ toString', {}],
      ['', 'fn main() {}', {}],
    ];
    for (const [language, text, expected] of odd) {
      const got = await page.evaluate(([name, source]) => {
        const code = document.createElement('code');
        code.className = `language-${name} hljs`;
        // In two pieces, as mdBook's hidden lines come: it stays so.
        const half = document.createElement('span');
        half.className = 'boring';
        half.textContent = source.slice(0, 9);
        code.append(half, source.slice(9));
        // @ts-ignore: our own highlighter
        window.hljs.highlightBlock(code);
        const whole = document.createElement('code');
        whole.className = code.className;
        whole.textContent = source;
        // @ts-ignore: our own highlighter
        window.hljs.highlightBlock(whole);
        const kinds = {};
        for (const it of whole.querySelectorAll('span')) {
          (kinds[it.className.slice(5)] ??= []).push(it.textContent);
        }
        return { pieces: code.textContent, whole: whole.textContent, kinds };
      }, [language, text]);
      assert.equal(got.pieces, text);
      assert.equal(got.whole, text);
      for (const [kind, parts] of Object.entries(expected)) {
        assert.deepEqual(got.kinds[kind], parts, `${kind} in ${text}`);
      }
    }
  });
});
