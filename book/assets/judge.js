// An exercise: where its file is, and what the judge said of it last.

import { visible } from './live.js';

/** @param {HTMLElement} root @param {import('./timeline.js').Tools} tools */
export function exercise(root, { make, all }) {
  const last = make('div', { class: 'verdict', role: 'status' });
  root.append(last);
  let known = '';

  async function look() {
    const answer = await fetch(`/live/exercise?name=${root.dataset.exercise}`);
    const text = await answer.text();
    if (!answer.ok || text === known) return;
    known = text;
    const { file, rules, last: verdict } = JSON.parse(text);
    const when = verdict && new Date(verdict.at).toLocaleString();
    last.replaceChildren(
      make('p', {}, 'Your file: ', make('code', {}, visible(file))),
      make('p', {}, make('strong', {}, !verdict ? 'It has not been judged yet.'
        : verdict.passed ? `Judged at ${when}: it keeps all the rules.`
          : `Judged at ${when}: it breaks the rule "${visible(verdict.failed?.rule)}".`)));
    // By their place, not by their words, which the book has made into HTML.
    all('ol > li', root).forEach((item, i) => {
      item.querySelector('span')?.remove();
      const rule = verdict?.rules.find((/** @type {any} */ it) => it.rule === rules[i]);
      if (rule) item.append(' ', rule.passed ? make('span', { class: 'belief' }, 'kept')
        : make('span', { class: 'mine' }, 'broken'));
    });
    const failed = verdict?.failed;
    if (failed) last.append(make('pre', {}, make('code', { tabindex: '0' },
      failed.text.map(visible).join('\n'))));
  }

  // The page asks once a second what is new; after a check there is something.
  /** @type {number | undefined} */
  let diary;
  document.addEventListener('workbook:news', event => {
    const news = /** @type {CustomEvent} */ (event).detail;
    if (news.diary !== undefined && news.diary === diary) return;
    diary = news.diary;
    look().catch(() => {}); // the page says that the server is gone
  });
  look().catch(() => {});
}
