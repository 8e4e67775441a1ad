// Two runs side by side, and what only one of them has.

import { sentence } from './timeline.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */

/** An event without its numbers, which differ from run to run. */
const shape = (/** @type {import('./timeline.js').Event} */ event) =>
  sentence(event).replace(/\d+/g, '#');

/** Shows two runs in this place.
 * @param {HTMLElement} root @param {import('./timeline.js').Tools} tools
 * @param {Timeline} run @param {Timeline} other */
export function pair(root, { make }, run, other) {
  const column = (/** @type {Timeline} */ run, /** @type {Timeline} */ other) => {
    const known = new Set(other.events.map(shape));
    run.events.forEach((event, i) =>
      run.list.children[i].classList.toggle('differs', !known.has(shape(event))));
    return make('div', {}, make('p', { class: 'caption' }, run.name), run.list);
  };
  root.classList.add('pair');
  root.replaceChildren(column(run, other), column(other, run));
}
