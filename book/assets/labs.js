// Labs: a prediction, a run on this machine or the recorded one, and three
// lenses on it: the line of source, the sockets, the packets.

import { ask, lines } from './live.js';
import { Timeline, sentence, visible } from './timeline.js';

/** @typedef {import('./timeline.js').Event} Event */
/** @typedef {(selector: string, root?: ParentNode) => HTMLElement[]} All */

/** What may become of a held packet, by key, as in `workbook wire --hold`. */
const FATES = [['p', 'pass'], ['d', 'drop'], ['2', 'duplicate'], ['l', 'delay'], ['c', 'corrupt']];

/** Between two steps of a recorded run, unless the reader wants no motion. */
const PACE_MS = 350;

const say = (/** @type {string} */ text) => document.dispatchEvent(
  new CustomEvent('workbook:say', { detail: text }));

/** Values as people write them, not as Rust's debug output does. */
const plain = (/** @type {string} */ text) => text
  .replace(/\b(?:Ok|Some)\(([^()]*)\)/g, '$1').replace(/\bNone\b/g, 'nothing')
  .replace(/(?<!is )\b(true|false)\b/g, (_, it) => (it === 'true' ? 'yes' : 'no'))
  .replace(/(?<=\s)\[((?:["\d(]|yes|no)[^\]]*)\](?!:)/g, '$1');

const sheet = document.createElement('link');
sheet.rel = 'stylesheet';
sheet.href = new URL('labs.css', import.meta.url).href;
const styled = new Promise(done => {
  sheet.onload = sheet.onerror = done;
});
document.head.append(sheet);

/**
 * @param {HTMLElement} root
 * @param {{ make: import('./timeline.js').Make, all: All, token?: string,
 *   options: HTMLInputElement[], noted: HTMLElement, unfold: () => void }} tools
 */
export async function lab(root, { make, all, token, options, noted, unfold }) {
  const [lesson, experiment] = (root.dataset.lab ?? '').split('/');
  const recording = root.querySelector('a[download]')?.getAttribute('href') ?? '';
  const numbered = (/** @type {string | null} */ key) =>
    options.find(it => it.value === key)?.nextElementSibling?.textContent ?? '';

  const button = (/** @type {string} */ text, /** @type {() => void} */ act, attributes = {}) => {
    const it = /** @type {HTMLButtonElement} */ (
      make('button', { type: 'button', class: 'press', ...attributes }, text));
    it.addEventListener('click', act);
    return it;
  };

  // ---- What the reader can do ----

  const stop = button('Stop', () => stopping?.abort(), { hidden: '' });
  const all_go = button('Let all go', () => decide('all', 'pass'), { hidden: '' });
  const bar = root.querySelector('.bar');
  bar?.append(stop, all_go);

  const back = button('◀ Back', () => step(-1));
  const next = button('Next ▶', () => step(1));
  const place = make('output');
  const compare = button('', () => side(!beside), { 'aria-pressed': 'false' });
  const save = make('a', { download: `${lesson}-${experiment}.jsonl` }, 'Save as JSON Lines');
  const steps = make('div', { class: 'bar', role: 'group', 'aria-label': 'Steps' },
    back, place, next);
  const capture = make('a', { download: '' }, 'Save as pcapng');
  const after = make('div', { class: 'bar' }, compare, save, capture);

  // ---- What the reader sees ----

  const status = make('p', { class: 'status', role: 'status' });
  const caption = make('p', { class: 'caption' });
  const source = make('pre', { class: 'source', tabindex: '0', role: 'group',
    'aria-label': `Source of ${experiment}` });
  const mark = make('span', { class: 'mark' });
  const sockets = make('dl', { class: 'sockets' });
  const runs = make('div', { class: 'runs' });
  const outcome = make('div', { class: 'outcome' });
  const panel = make('div', { class: 'run', hidden: '', tabindex: '-1' },
    steps, caption, source, sockets, runs, outcome, after);
  bar?.after(status, panel);
  /** Keeps the focus in the lab when what has it goes away. */
  const leave = (/** @type {HTMLElement} */ it) => {
    if (it.contains(document.activeElement)) panel.focus({ preventScroll: true });
  };
  await styled;

  // The code on the page that belongs to this lab: `0:48` is the first block
  // of Rust after it, which begins with line 48.
  const below = all('.lab, code.language-rust');
  below.splice(0, below.indexOf(root) + 1);
  const until = below.findIndex(it => it.matches('.lab'));
  const codes = (root.dataset.code ?? '').split(' ').map(it => {
    const [index, first] = it.split(':').map(Number);
    const code = below[until < 0 || index < until ? index : -1];
    return { code, first, lines: code?.textContent?.split('\n') ?? [] };
  });

  // ---- State ----

  /** @type {Timeline} */
  let timeline;
  /** @type {Timeline | undefined} the run before, to compare with */
  let earlier;
  /** @type {Timeline | undefined} what stands beside the run */
  let beside;
  /** @type {AbortController | undefined} */
  let stopping;
  let hurry = () => {};
  let shift = 0;
  let id = '';
  /** @type {Map<number, HTMLElement>} held packets and their buttons */
  const held = new Map();

  // ---- Running ----

  async function run(/** @type {'recorded' | 'live' | 'hold'} */ kind) {
    stopping?.abort();
    const mine = stopping = new AbortController();
    if (timeline) earlier = timeline;
    timeline = new Timeline(make, `lessons/${lesson}/`);
    shift = 0;
    held.clear();
    side(false);
    outcome.replaceChildren();
    after.hidden = true;
    panel.hidden = true;
    stop.hidden = false;
    const holds = kind === 'hold';
    all_go.hidden = !holds;
    const guess = holds ? '' : options.find(it => it.checked)?.value ?? '';
    const what = kind === 'recorded' ? 'A recorded run'
      : kind === 'hold' ? 'A run with you as the wire' : 'A run on this machine, just now';
    status.textContent = 'Running ...';
    /** @type {string[]} */
    const kept = [];
    let words = '';
    capture.hidden = true;
    try {
      const answer = kind === 'recorded' ? await ask(recording, undefined, mine.signal)
        : await ask('/live/run', { lesson, experiment, answer: guess, hold: holds },
          mine.signal);
      for await (const line of lines(answer)) {
        const event = JSON.parse(line);
        if (event.live === 'run') id = event.id;
        if (event.live === 'end') {
          if (event.status !== 'ok') words = event.words;
          capture.hidden = !event.capture;
          capture.setAttribute('href', `/live/capture/${id}`);
        }
        if (!event.event) continue;
        kept.push(line);
        take(event, guess, kind);
        if (kind === 'recorded' && sentence(event)) await pause(mine.signal);
        if (mine.signal.aborted) break;
      }
    } catch (error) {
      words ||= mine.signal.aborted ? '' : /** @type {Error} */ (error).message;
    }
    if (mine !== stopping) return; // another run has begun
    stopping = undefined;
    for (const it of [stop, all_go, ...held.values()]) leave(it);
    stop.hidden = all_go.hidden = true;
    for (const keys of held.values()) keys.remove();
    held.clear();
    if (mine.signal.aborted) words = 'stopped.';
    const end = kept.map(line => JSON.parse(line)).find(it => it.event === 'end');
    words ||= end?.why ?? '';
    timeline.name = what;
    status.textContent = `${what}: ${visible(words)}`;
    say(outcome.firstElementChild?.textContent ?? '');
    const last = new Blob(kept.map(line => `${line}\n`), { type: 'application/x-ndjson' });
    URL.revokeObjectURL(save.getAttribute('href') ?? '');
    save.setAttribute('href', URL.createObjectURL(last));
    compare.hidden = !earlier && kind === 'recorded';
    compare.textContent = earlier ? 'Compare with the run before' : 'Compare with the recorded run';
    after.hidden = !kept.length;
  }

  function take(/** @type {Event} */ event, /** @type {string} */ guess, /** @type {string} */ kind) {
    if (event.event === 'outcome') settle(event, guess, kind);
    if (event.event === 'explained') {
      outcome.lastElementChild?.replaceChildren(`The belief behind it (${event.belief}): ` +
        visible(`${event.says} Tempting, because ${event.tempting} But ${event.truth}`));
    }
    const follows = timeline.at === timeline.events.length - 1;
    const row = timeline.add(event);
    if (!row) return;
    if (panel.hidden) runs.replaceChildren(timeline.list);
    panel.hidden = false;
    if (event.event === 'packet') hold(event, row, kind);
    row.addEventListener('click', ({ target }) => {
      if (!(target instanceof HTMLButtonElement)) show([...timeline.list.children].indexOf(row));
    });
    show(follows ? timeline.events.length : timeline.at);
  }

  /** Waits for a moment, or until the reader goes on. */
  const pause = (/** @type {AbortSignal} */ signal) => new Promise(resolve => {
    hurry = () => resolve(undefined);
    signal.addEventListener('abort', hurry);
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (calm) hurry();
    else setTimeout(hurry, PACE_MS);
  });

  function settle(/** @type {Event} */ event, /** @type {string} */ guess, /** @type {string} */ kind) {
    const recorded = kind === 'recorded';
    const chose = numbered(event.key) || `something else: ${event.text}`;
    const wrong = guess && guess !== event.key;
    outcome.replaceChildren(
      make('p', {}, make('strong', {}, `The kernel chose ${visible(chose)}`)),
      make('p', {}, event.evidence && `Evidence: ${visible(plain(event.evidence))}`),
      make('p', {}, !guess ? '' : wrong ? `You predicted ${numbered(guess)}`
        : make('strong', {}, 'Right. You predicted it.')),
      make('p', {}, wrong ? 'No common belief leads there; read on below.' : ''));
    if (recorded && wrong) {
      const item = all('.beliefs li', root).find(it => it.dataset.option === guess);
      const why = /** @type {HTMLElement} */ (item?.cloneNode(true) ?? make('p'));
      for (const it of all('strong, .mine', why)) it.remove();
      outcome.lastElementChild?.replaceChildren(...why.childNodes);
    }
    unfold();
  }

  // ---- Being the wire ----

  function hold(/** @type {Event} */ { number, fate }, /** @type {HTMLElement} */ row,
    /** @type {string} */ kind) {
    held.get(number)?.remove();
    held.delete(number);
    if (kind !== 'hold' || fate !== 'held') return;
    const keys = make('div', { class: 'bar', role: 'group', 'aria-label': `Packet ${number}` });
    for (const [key, fate] of FATES) {
      keys.append(button(`${fate[0].toUpperCase()}${fate.slice(1)} (${key})`, () => decide(number, fate),
        { 'aria-keyshortcuts': key }));
    }
    held.set(number, keys);
    row.lastElementChild?.append(keys);
    row.scrollIntoView({ block: 'nearest' });
    say(`Packet ${number} waits for you: ${row.textContent}`);
  }

  function decide(/** @type {number | 'all'} */ packet, /** @type {string} */ fate) {
    for (const [number, keys] of held) {
      if (packet !== 'all' && packet !== number) continue;
      leave(keys);
      keys.replaceChildren(`You said: ${fate}.`);
      held.delete(number);
    }
    ask('/live/input', { id, line: JSON.stringify({ packet, do: fate }) })
      .catch(error => { status.textContent = error.message; });
  }

  // ---- Stepping ----

  function step(/** @type {number} */ by) {
    hurry();
    show(timeline.at + by);
  }

  function show(/** @type {number} */ at) {
    timeline.show(at);
    beside?.show(at);
    const event = timeline.events[timeline.at];
    const count = timeline.events.length;
    place.replaceChildren(`Step ${timeline.at + 1} of ${count}`,
      make('span', { class: 'said' }, `: ${sentence(event)}`));
    // Not `disabled`: a button that is loses the focus, and the keys with it.
    back.setAttribute('aria-disabled', String(timeline.at === 0));
    next.setAttribute('aria-disabled', String(timeline.at === count - 1));
    sockets.replaceChildren(...timeline.sockets());
    light(event);
  }

  /** Shows the line of source that told this. */
  function light(/** @type {Event} */ event) {
    if (!timeline.knows(event)) return; // a packet: the line before it stays
    const { at } = event;
    caption.textContent = `${at.file}, line ${at.line}`;
    shift = fit();
    const found = codes.find(({ first, lines }) =>
      lines[at.line - first - shift] !== undefined && at.line >= first + shift);
    source.hidden = !found;
    if (!found) return;
    if (source.dataset.first !== String(found.first)) {
      source.dataset.first = String(found.first);
      const code = /** @type {HTMLElement} */ (found.code.cloneNode(true));
      for (const it of ['tabindex', 'role', 'aria-label']) code.removeAttribute(it);
      code.append(mark);
      source.replaceChildren(code);
    }
    const line = at.line - found.first - shift;
    mark.style.setProperty('--line', String(line));
    mark.dataset.text = found.lines[line];
    source.scrollTop = source.scrollHeight * (line / found.lines.length) - source.clientHeight / 2;
  }

  /** By how many lines an edit has moved the code: every event names a line of
   * the narrator, `me.says(...)`. */
  function fit() {
    const told = timeline.events.filter(it => timeline.knows(it)).map(it => it.at.line);
    const fits = (/** @type {number} */ by) => told.every(line => codes.some(
      ({ first, lines }) => /\bme\./.test(lines[line - first - by] ?? '')));
    for (let by = 0; by < 60; by += 1) {
      for (const way of [by, -by]) if (fits(way)) return way;
    }
    return 0;
  }

  root.addEventListener('keydown', event => {
    const from = /** @type {Element} */ (event.target);
    if (panel.hidden || event.altKey || event.ctrlKey || event.metaKey
      || from.closest('input, .source')) return;
    const [number] = held.keys();
    const fate = FATES.find(([key]) => key === event.key)?.[1];
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) step(by);
    else if (fate && number !== undefined) decide(number, fate);
    else return;
    event.preventDefault();
  });

  // ---- Comparing ----

  async function side(/** @type {boolean} */ open) {
    compare.setAttribute('aria-pressed', String(open));
    beside = open ? earlier ?? await recorded() : undefined;
    timeline.mark(beside);
    beside?.mark(timeline);
    runs.classList.toggle('pair', !!beside);
    const column = (/** @type {Timeline} */ it) =>
      make('div', {}, make('p', { class: 'caption' }, it.name), it.list);
    runs.replaceChildren(...beside ? [column(timeline), column(beside)] : [timeline.list]);
    if (beside) show(timeline.at);
  }

  async function recorded() {
    const run = new Timeline(make, `lessons/${lesson}/`);
    run.name = 'A recorded run';
    for await (const line of lines(await ask(recording))) run.add(JSON.parse(line));
    return run;
  }

  return { run };
}
