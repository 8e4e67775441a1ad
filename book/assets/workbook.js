// What the book does beyond mdBook: it repairs accessibility, remembers
// predictions, and reloads when the workbook's own server has rebuilt it.
'use strict';
(() => {
  /** @type {(tag: string, attributes?: object, ...inside: (string | Node)[]) => HTMLElement} */
  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    element.append(...inside);
    return element;
  };
  /** @type {(text: string, act: () => void, attributes?: object) => HTMLElement} */
  const button = (text, act, attributes = {}) => {
    const element = make('button', { type: 'button', class: 'press', ...attributes }, text);
    element.addEventListener('click', act);
    return element;
  };
  // This script lies in book/assets/, what it loads later in assets/.
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const assets = new URL('../../assets/', script.src);
  const byId = (/** @type {string} */ id) => document.getElementById(id);
  /** What the workbook's own server puts into its pages, and no other. */
  const told = (/** @type {string} */ name) => document.querySelector(
    `meta[name="workbook-${name}"]`)?.getAttribute('content');
  /** @type {(selector: string, root?: ParentNode) => HTMLElement[]} */
  const all = (selector, root = document) =>
    Array.from(root.querySelectorAll(selector));

  const main = /** @type {HTMLElement} */ (document.querySelector('main'));

  // ---- Sayings: one quiet line for screen readers ----

  const saying = make('p', { class: 'said', role: 'status' });
  document.addEventListener('workbook:say', event => {
    saying.textContent = /** @type {CustomEvent} */ (event).detail;
  });

  // ---- Landmarks, names and the skip link ----

  const skip = make('a', { class: 'skip', href: '#workbook-text' }, 'Skip to the text');
  main.id = 'workbook-text';
  main.tabIndex = -1;
  skip.addEventListener('click', event => {
    event.preventDefault(); // the 404 page's <base> would lead elsewhere
    main.focus();
  });
  document.body.prepend(skip, saying);

  byId('mdbook-menu-bar')?.setAttribute('role', 'banner');
  document.querySelector('.menu-title')?.setAttribute('role', 'presentation');
  byId('mdbook-search-wrapper')?.setAttribute('role', 'search');
  document.querySelector('.chapter a.active')?.setAttribute('aria-current', 'page');
  const search = byId('mdbook-searchbar');
  search?.setAttribute('aria-label', 'Search this book');
  search?.setAttribute('aria-describedby', 'mdbook-searchresults-header');
  byId('mdbook-searchresults-header')?.setAttribute('role', 'status');
  const results = byId('mdbook-searchresults');
  if (results) {
    // mdBook names a <span>, which has no role to carry a name.
    new MutationObserver(() => {
      for (const it of all('.teaser', results)) it.removeAttribute('aria-label');
    }).observe(results, { childList: true });
  }

  // mdBook's sidebar toggle is a label, out of reach of the keyboard.
  const label = byId('mdbook-sidebar-toggle');
  if (label) {
    const toggle = button('', () => label.click(), {
      class: 'icon-button',
      id: 'workbook-sidebar-toggle',
      title: 'Table of contents',
      'aria-label': 'Table of contents',
      'aria-controls': 'mdbook-sidebar',
    });
    toggle.append(...label.childNodes);
    const tell = () => toggle.setAttribute('aria-expanded', label.ariaExpanded ?? 'false');
    new MutationObserver(tell).observe(label, { attributeFilter: ['aria-expanded'] });
    tell();
    label.before(toggle);
    label.hidden = true;
  }

  // ---- Keys ----

  // The arrow keys turn the page; not from something that uses them itself.
  document.body.addEventListener('keydown', event => {
    const from = /** @type {Element} */ (event.target);
    if (/^Arrow(Left|Right)$/.test(event.key) && from.closest(
      'button, summary, input, select, textarea, [tabindex="0"], .lab')) {
      event.stopPropagation();
    }
  });

  // What scrolls sideways can be reached, and so scrolled, by keyboard.
  const reach = new ResizeObserver(entries => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth + 1;
      for (const [name, value] of [['tabindex', '0'], ['role', 'group'],
        ['aria-label', 'Scrolls sideways']]) {
        if (scrolls) target.setAttribute(name, value);
        else target.removeAttribute(name);
      }
    }
  });
  for (const it of all('pre > code, .table-wrapper', main)) reach.observe(it);

  // ---- Labs: the prediction is remembered; what happened is never stored ----

  /** @type {(name: string, value?: string) => string | null} */
  const keep = (name, value) => {
    try {
      if (value !== undefined) localStorage.setItem(name, value);
      return localStorage.getItem(name);
    } catch {
      return null; // no storage: the page still works, it only forgets
    }
  };
  const paper = /print\.html$/.test(location.pathname);
  const labs = all('.lab[data-lab]', main);
  // Whoever follows a link to something wants to see it.
  const wanted = document.getElementById(location.hash.slice(1));

  // What follows a lab gives the answer away: it stays folded until there is a
  // guess, or a wish to read on. Find in page, print and no script see it all.
  /** @type {(lab: HTMLElement) => () => void} */
  const fold = lab => {
    const rest = make('div', { class: 'after' });
    for (let it = lab.nextElementSibling;
      it && !it.matches('h2, h3, .lab'); it = lab.nextElementSibling) {
      rest.append(it);
    }
    lab.after(rest);
    if (paper || !('onbeforematch' in rest) || !rest.childElementCount
      || rest.contains(wanted)) {
      return () => {};
    }
    const open = () => {
      rest.removeAttribute('hidden');
      skip.remove();
    };
    const skip = button('Read on without predicting', () => {
      open();
      rest.tabIndex = -1;
      rest.focus();
    }, { class: 'press skip-guess' });
    rest.setAttribute('hidden', 'until-found');
    rest.addEventListener('beforematch', open);
    rest.before(skip);
    return open;
  };

  const token = told('token');
  /** @type {(name: string) => Promise<any>} */
  const load = name => import(`${assets}${name}`);

  for (const lab of labs) {
    const name = `workbook-guess:${lab.dataset.lab}`;
    const options = /** @type {HTMLInputElement[]} */ (
      all('.predict input[type="radio"]', lab));
    const noted = make('p', { class: 'noted', role: 'status' });
    lab.querySelector('.predict')?.after(noted);
    const unfold = fold(lab);

    /** @type {(guess: string | null) => void} */
    const show = guess => {
      const option = options.find(it => it.value === guess);
      if (!option) return;
      option.checked = true;
      noted.textContent = 'Noted. Now run it.';
      for (const it of all('.mine', lab)) it.remove();
      all('.beliefs li', lab).find(it => it.dataset.option === guess)
        ?.prepend(make('span', { class: 'mine' }, 'Your prediction'), ' ');
      unfold();
    };
    for (const option of options) {
      option.addEventListener('change', () => {
        keep(name, option.value);
        show(option.value);
      });
    }
    // The terminal and other tabs guess, too.
    addEventListener('storage', event => {
      if (event.key === name) show(event.newValue);
    });
    show(keep(name));
    const numbered = (/** @type {string} */ key) =>
      options.find(it => it.value === key)?.nextElementSibling?.textContent;
    // What was predicted in the terminal, or on this page when it ran.
    lab.addEventListener('workbook:before', event => {
      const { predicted, happened } = /** @type {CustomEvent} */ (event).detail;
      show(keep(name) ?? predicted);
      noted.textContent = `Last time you predicted ${numbered(predicted)}` +
        (!happened ? '.' : happened === predicted ? ', and were right.'
          : `, and the kernel chose ${numbered(happened)}.`);
    });

    // What draws a run is loaded by the first reader who wants to see one.
    /** @type {Promise<any> | undefined} */
    let opened;
    const open = () => opened ??= load('labs.js')
      .then(it => it.lab(lab, { make, button, all, options, numbered, unfold }))
      .catch(() => {
        opened = undefined;
        noted.textContent = 'The server does not answer.';
      });
    const bar = make('div', { class: 'bar' });
    for (const [kind, text] of Object.entries({
      ...token && { live: 'Run it here' },
      ...token && 'wire' in lab.dataset && { hold: 'Be the wire' },
      recorded: 'Play the recorded run',
    })) {
      bar.append(button(text, async () => (await open())?.run(kind), { 'data-kind': kind }));
    }
    bar.firstElementChild?.classList.add('first');
    if (!paper) noted.after(bar);
    for (const near of ['focusin', 'pointerover']) lab.addEventListener(near, open, { once: true });
  }

  if (token) {
    fetch('/live/progress').then(answer => (answer.ok ? answer.json() : {}))
      .then((/** @type {any} */ { predictions = [] }) => {
        for (const detail of predictions) {
          byId(`lab-${detail.lesson}-${detail.experiment}`)?.dispatchEvent(
            new CustomEvent('workbook:before', { detail }));
        }
      }, () => {}); // the reload below tells of a server that is gone
    for (const root of all('.exercise[data-exercise]')) {
      load('judge.js').then(it => it.exercise(root, { make, all }));
    }
  }

  // ---- Live reload, from the workbook's own server only ----

  const built = told('build');
  if (built) {
    const banner = make('p', { class: 'live', role: 'status' });
    document.body.append(banner);
    const tell = (/** @type {string} */ text) => {
      if (banner.textContent === text) return;
      banner.textContent = text;
      banner.tabIndex = text ? 0 : -1; // a long error scrolls
    };
    let failures = 0;
    let asking = true;
    const ask = async () => {
      asking = !document.hidden;
      if (!asking) return;
      try {
        const answer = await fetch('/live/build', { signal: AbortSignal.timeout(5000) });
        const news = await answer.json();
        // A server that was away may have rebuilt anything; the place is kept.
        if (String(news.build) !== built || failures > 1) return location.reload();
        failures = 0;
        document.dispatchEvent(new CustomEvent('workbook:news', { detail: news }));
        const slug = labs[0]?.dataset.lab?.split('/')[0] ?? '';
        const { state = '', words = '' } = news.lessons?.[slug] ?? {};
        tell(news.error ? `The book could not be rebuilt. ${news.error}`
          : state === 'broken' ? `The lesson ${slug} does not compile, so it cannot run here.\n${words}`
            : /waiting|building/.test(state) ? `The lesson ${slug} is being built ...` : '');
      } catch {
        failures += 1;
        if (failures > 1) tell('The workbook server has stopped; start it again with cargo run.');
      }
      // Each failure is a line in the browser's console: six, then rest until
      // the reader comes back.
      asking = failures < 6;
      if (asking) setTimeout(ask, 1000 * 2 ** failures);
    };
    const again = () => void (asking || ask());
    document.addEventListener('visibilitychange', again);
    addEventListener('focus', again);
    setTimeout(ask, 1000);
  }
})();
