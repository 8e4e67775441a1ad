// Labs: a prediction, a run on this machine or the recorded one, and three
// lenses on it: the line of source, the sockets, the packets.

import { ask, lines, reach, visible } from './live.js';
import { Source } from './source.js';
import { Timeline, sentence } from './timeline.js';

/**
 * @typedef {import('./timeline.js').Event} Event
 * @typedef {import('./timeline.js').Tools} Tools
 * @typedef {'recorded' | 'live' | 'hold'} Kind
 * @typedef {{
 *   options: HTMLInputElement[],
 *   numbered: (key: string) => string | null | undefined,
 *   unfold: () => void,
 * }} Question
 */

/** Between two steps of a recorded run, unless the reader wants no motion. */
const PACE_MS = 350;

const NAMES = {
  recorded: 'A recorded run',
  live: 'A run on this machine, just now',
  hold: 'A run with you as the wire',
};

/** Values as people write them, not as Rust's debug output does. */
const plain = (/** @type {string} */ text) => text
  .replace(/\b(?:Ok|Some)\(([^()]*)\)/g, '$1').replace(/\bNone\b/g, 'nothing')
  .replace(/(?<!is )\b(true|false)\b/g, (_, it) => (it === 'true' ? 'yes' : 'no'))
  .replace(/(?<=\s)\[((?:["\d(]|yes|no)[^\]]*)\](?!:)/g, '$1');

const say = (/** @type {string} */ text) => document.dispatchEvent(
  new CustomEvent('workbook:say', { detail: text }));

const sheet = document.createElement('link');
const styled = new Promise(done => {
  sheet.onload = sheet.onerror = done;
});
Object.assign(sheet, { rel: 'stylesheet', href: new URL('labs.css', import.meta.url).href });
document.head.append(sheet);

/** @type {(root: HTMLElement, tools: Tools & Question) => Promise<Lab>} */
export async function lab(root, tools) {
  await styled;
  return new Lab(root, tools);
}

class Lab {
  /** @type {Timeline} */
  #timeline;
  /** @type {Timeline | undefined} the run before, to compare with */
  #earlier;
  /** @type {Timeline | undefined} what stands beside the run */
  #beside;
  /** @type {import('./wire.js').Wire | undefined} */
  #wire;
  /** @type {AbortController | undefined} of the run that goes on */
  #running;
  #guess = '';
  #hurry = () => {};

  constructor(/** @type {HTMLElement} */ root, /** @type {Tools & Question} */ tools) {
    const { make, button } = tools;
    this.root = root;
    this.tools = tools;
    const [lesson, experiment] = (root.dataset.lab ?? '').split('/');
    this.lesson = lesson;
    this.experiment = experiment;
    this.recording = root.querySelector('a[download]')?.getAttribute('href') ?? '';
    this.source = new Source(root, tools);
    this.#timeline = this.#empty('recorded');

    this.stop = button('Stop', () => this.#running?.abort(), { hidden: '' });
    this.let_go = button('Let all go', () => this.#wire?.decide('all'), { hidden: '' });
    this.status = make('p', { class: 'status', role: 'status' });
    this.back = button('◀ Back', () => this.#step(-1));
    this.next = button('Next ▶', () => this.#step(1));
    this.place = make('output');
    this.sockets = make('dl', { class: 'sockets' });
    this.runs = make('div', { class: 'runs' });
    this.outcome = make('div', { class: 'outcome' });
    this.compare = button('', () => this.#compare().catch(error => {
      this.status.textContent = error.message;
    }));
    this.save = make('a', { download: `${lesson}-${experiment}.jsonl` },
      'Save as JSON Lines');
    this.capture = make('a', { download: '' }, 'Save as pcapng');
    this.after = make('div', { class: 'bar' }, this.compare, this.save, this.capture);
    this.panel = make('div', { class: 'run', hidden: '', tabindex: '-1' },
      make('div', { class: 'bar', role: 'group', 'aria-label': 'Steps' },
        this.back, this.place, this.next),
      this.source.caption, this.source.pane, this.sockets, this.runs, this.outcome, this.after);
    const bar = root.querySelector('.bar');
    bar?.append(this.stop, this.let_go);
    bar?.after(this.status, this.panel);
    root.addEventListener('keydown', event => this.#key(event));
  }

  #empty(/** @type {Kind} */ kind) {
    return new Timeline(this.tools, NAMES[kind], `lessons/${this.lesson}/`);
  }

  /** Keeps the focus in the lab when what has it goes away. */
  #leave(/** @type {HTMLElement} */ it) {
    if (it.contains(document.activeElement)) this.panel.focus({ preventScroll: true });
  }

  // ---- Running ----

  async run(/** @type {Kind} */ kind) {
    this.#running?.abort();
    const running = this.#running = new AbortController();
    const { signal } = running;
    if (this.#timeline.events.length) this.#earlier = this.#timeline;
    this.#timeline = this.#empty(kind);
    this.#wire?.end();
    this.#alone();
    this.outcome.replaceChildren();
    this.panel.hidden = this.after.hidden = this.capture.hidden = true;
    this.stop.hidden = false;
    this.let_go.hidden = kind !== 'hold';
    const plays = kind === 'recorded';
    this.stop.textContent = plays ? 'Stop playing' : 'Stop';
    this.status.textContent = plays ? 'Playing the recorded run ...' : 'Running ...';
    this.root.querySelector('.noted')?.replaceChildren();
    const guess = this.tools.options.find(it => it.checked)?.value ?? '';
    this.#guess = kind === 'hold' ? '' : guess;
    /** @type {string[]} */
    const kept = [];
    let words = '';
    try {
      for await (const line of lines(await this.#start(kind, signal))) {
        const event = JSON.parse(line);
        if (event.live) words ||= this.#note(event, kind);
        else kept.push(line);
        if (event.event === 'end') words ||= event.why ?? '';
        this.#take(event, kind);
        if (kind === 'recorded' && sentence(event)) await this.#pause(signal);
        if (signal.aborted) break;
      }
    } catch (error) {
      words = /** @type {Error} */ (error).message;
    }
    if (running !== this.#running) return; // another run has begun
    this.#running = undefined;
    this.#end(kind, kept, signal.aborted ? 'stopped.' : words);
  }

  async #start(/** @type {Kind} */ kind, /** @type {AbortSignal} */ signal) {
    if (kind === 'recorded') return ask(this.recording, undefined, signal);
    if (kind === 'hold') {
      const { Wire } = await reach(import('./wire.js'));
      this.#wire ??= new Wire(this.tools, { say, leave: it => this.#leave(it) });
    }
    const { lesson, experiment } = this;
    return ask('/live/run', { lesson, experiment, answer: this.#guess, hold: kind === 'hold' },
      signal);
  }

  /** What the server itself says of a run; returns what went wrong. */
  #note(/** @type {{ [field: string]: any }} */ { live, id, words, capture },
    /** @type {Kind} */ kind) {
    if (live === 'run') {
      if (this.#wire) this.#wire.id = kind === 'hold' ? id : '';
      this.capture.setAttribute('href', `/live/capture/${id}`);
    }
    this.capture.hidden = !capture;
    return words ?? '';
  }

  #end(/** @type {Kind} */ kind, /** @type {string[]} */ kept, /** @type {string} */ words) {
    for (const it of [this.stop, this.let_go]) {
      this.#leave(it);
      it.hidden = true;
    }
    this.#wire?.end();
    this.status.textContent = words ? `${NAMES[kind]}: ${visible(plain(words))}` : NAMES[kind];
    say(this.outcome.firstElementChild?.textContent ?? '');
    const all = new Blob(kept.map(line => `${line}\n`), { type: 'application/x-ndjson' });
    URL.revokeObjectURL(this.save.getAttribute('href') ?? '');
    this.save.setAttribute('href', URL.createObjectURL(all));
    this.compare.hidden = !this.#earlier && kind === 'recorded';
    this.compare.textContent =
      `Compare with the ${this.#earlier ? 'run before' : 'recorded run'}`;
    this.after.hidden = !kept.length;
  }

  #take(/** @type {Event} */ event, /** @type {Kind} */ kind) {
    if (event.event === 'outcome') this.#settle(event, kind);
    if (event.event === 'explained') {
      this.outcome.lastElementChild?.replaceChildren(`The belief behind it (${event.belief}): ` +
        visible(`${event.says} Tempting, because ${event.tempting} But ${event.truth}`));
    }
    const timeline = this.#timeline;
    const follows = timeline.at === timeline.events.length - 1;
    const row = timeline.add(event);
    if (!row) return;
    const step = timeline.events.length - 1;
    row.addEventListener('click', ({ target }) => {
      if (!(target instanceof HTMLButtonElement)) this.#show(step);
    });
    this.panel.hidden = false;
    this.#show(follows ? step : timeline.at);
    if (event.event === 'packet') this.#wire?.told(event, row);
  }

  /** Waits for a moment, or until the reader goes on. */
  #pause(/** @type {AbortSignal} */ signal) {
    return new Promise(resolve => {
      this.#hurry = () => resolve(undefined);
      signal.addEventListener('abort', this.#hurry);
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      setTimeout(this.#hurry, calm ? 0 : PACE_MS);
    });
  }

  /** What the kernel chose, and what the guess believed. */
  #settle(/** @type {Event} */ { key, text, evidence }, /** @type {Kind} */ kind) {
    const { tools: { make, all, numbered, unfold }, outcome } = this;
    const guess = this.#guess;
    const wrong = guess && guess !== key;
    outcome.replaceChildren(
      make('p', {}, make('strong', {},
        `The kernel chose ${numbered(key) ?? `something else: ${visible(text)}`}`)),
      make('p', {}, evidence && `Evidence: ${visible(plain(evidence))}`),
      make('p', {}, !guess ? '' : wrong ? `You predicted ${numbered(guess)}`
        : make('strong', {}, 'Right. You predicted it.')),
      make('p', {}, wrong ? 'No common belief leads there; read on below.' : ''));
    // A belief that two guesses share is told with the first.
    const items = all('.beliefs li', this.root);
    const badge = items.find(it => it.dataset.option === guess)?.querySelector('.belief');
    const item = items.find(it => badge
      ? it.querySelector('.belief')?.textContent === badge.textContent
      : it.dataset.option === guess);
    if (kind === 'recorded' && wrong && item) {
      const why = /** @type {HTMLElement} */ (item.cloneNode(true));
      for (const it of all('strong, .mine', why)) it.remove();
      outcome.lastElementChild?.replaceChildren(...why.childNodes);
    }
    unfold();
  }

  // ---- Stepping ----

  #step(/** @type {number} */ by) {
    this.#hurry();
    this.#show(this.#timeline.at + by);
  }

  #show(/** @type {number} */ step) {
    const timeline = this.#timeline;
    timeline.show(step);
    this.#beside?.show(step);
    const count = timeline.events.length;
    this.place.replaceChildren(`Step ${timeline.at + 1} of ${count}`, this.tools.make('span',
      { class: 'said' }, `: ${sentence(timeline.events[timeline.at])}`));
    // Not `disabled`: a button that is loses the focus, and the keys with it.
    this.back.setAttribute('aria-disabled', String(timeline.at === 0));
    this.next.setAttribute('aria-disabled', String(timeline.at === count - 1));
    this.sockets.replaceChildren(...timeline.sockets());
    this.source.show(timeline.told());
  }

  #key(/** @type {KeyboardEvent} */ event) {
    const from = /** @type {Element} */ (event.target);
    if (this.panel.hidden || event.altKey || event.ctrlKey || event.metaKey
      || from.closest('input, .source')) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) this.#step(by);
    else if (!this.#wire?.key(event.key)) return;
    event.preventDefault();
  }

  // ---- Comparing ----

  #alone() {
    this.#beside = undefined;
    this.compare.setAttribute('aria-pressed', 'false');
    this.runs.classList.remove('pair');
    this.runs.replaceChildren(this.#timeline.list);
  }

  async #compare() {
    if (this.#beside) return this.#alone();
    const timeline = this.#timeline;
    const { pair } = await reach(import('./compare.js'));
    const beside = this.#earlier ?? await this.#recorded();
    if (timeline !== this.#timeline) return; // another run has begun
    this.#beside = beside;
    this.compare.setAttribute('aria-pressed', 'true');
    pair(this.runs, this.tools, timeline, beside);
    this.#show(timeline.at);
  }

  async #recorded() {
    const run = this.#empty('recorded');
    for await (const line of lines(await ask(this.recording))) run.add(JSON.parse(line));
    return run;
  }
}
