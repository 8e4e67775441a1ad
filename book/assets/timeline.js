// A run as a timeline: each event is a row, each packet a rung of a ladder.

import { visible } from './live.js';

/**
 * @typedef {{
 *   make: (tag: string, attributes?: object, ...inside: (string | Node)[]) => HTMLElement,
 *   button: (text: string, act: () => void, attributes?: object) => HTMLElement,
 *   all: (selector: string, root?: ParentNode) => HTMLElement[],
 * }} Tools
 *
 * An event of a lesson, as lessons/kit/src/event.rs writes it.
 * @typedef {{ v: number, event: string, [field: string]: any }} Event
 */

const other = (/** @type {string} */ host) => (host === 'A' ? 'B' : 'A');

/** What stands on the arrow of a packet: `SYN, ACK seq 0 ack 1`. */
function label(/** @type {Event} */ { protocol, flags, seq, ack, length }) {
  let text = protocol === 'tcp' ? flags : protocol.toUpperCase();
  if (seq) text += ` seq ${seq.relative ?? seq.real}`;
  if (ack) text += ` ack ${ack.relative ?? ack.real}`;
  if (length) text += `, ${length} byte${length === 1 ? '' : 's'}`;
  return visible(text);
}

/** An event in a sentence, without its line and its time; '' for what is no row.
 * @type {Record<string, (event: Event) => string>} */
const SENTENCES = {
  call: event => `${event.who}: ${event.what}`,
  state: event => `${event.who}: ${event.state} (${event.source})`,
  said: event => event.text,
  ends: event => `A: ${event.left}, B: ${event.right} (${event.source})`,
  wrote: event => `${event.who} writes: ${event.text}`,
  exited: event => `${event.who} has ended: ${event.how}`,
  packet: event => `${event.from} to ${other(event.from)}: ${label(event)}, ${event.fate}`,
};
export const sentence = (/** @type {Event} */ event) =>
  visible(SENTENCES[event.event]?.(event));

/** The arrow of a packet, drawn in percent so that it fits any width. */
function arrow(/** @type {Event} */ { from, fate }) {
  const place = (/** @type {number} */ way) => `${from === 'A' ? way : 100 - way}%`;
  const lost = /dropped$/.test(fate);
  const waits = fate === 'held';
  const end = place(lost || waits ? 55 : 100);
  const back = from === 'A' ? -9 : 9;
  const head = lost ? 'M-5-5L5 5M-5 5L5-5' : waits ? 'M0-6V6M5-6V6' : `M${back}-5L0 0L${back} 5`;
  return `<svg aria-hidden="true"><line x1="${place(fate === 'forged' ? 25 : 0)}" y1="4" ` +
    `x2="${end}" y2="10"/><svg x="${end}" y="10"><path d="${head}"/></svg></svg>`;
}

export class Timeline {
  /** @type {Event[]} */
  events = [];
  at = -1;
  #ends = '';

  /** @param {Tools} tools @param {string} name @param {string} folder of the source */
  constructor({ make }, name, folder) {
    this.make = make;
    this.name = name;
    this.folder = folder;
    this.list = make('ol', { class: 'told' });
  }

  /** Whether an event names a line of the lesson itself. */
  #knows(/** @type {Event} */ { at }) {
    return !!at?.file.startsWith(this.folder);
  }

  /** The events up to this step that name a line of the lesson. */
  told() {
    return this.events.slice(0, this.at + 1).filter(it => this.#knows(it));
  }

  /** Adds a row, if the event makes one. */
  add(/** @type {Event} */ event) {
    const text = sentence(event);
    if (!text) return undefined;
    const { make } = this;
    const packet = event.event === 'packet';
    const at = packet ? `${(event.at_us / 1000).toFixed(1)} ms`
      : this.#knows(event) ? `line ${event.at.line}` : '';
    const row = make('li', { class: packet ? 'packet' : '' }, make('span', { class: 'at' }, at));
    if (packet) this.list.classList.add('ladder');
    row.append(packet ? this.#rung(event)
      : event.event === 'ends' ? this.#two(`A ${event.left}`, `B ${event.right}`)
        : make('div', {}, text));
    this.list.append(row);
    this.events.push(event);
    return row;
  }

  /** Two words below the two hosts. */
  #two(/** @type {string} */ left, /** @type {string} */ right) {
    const { make } = this;
    return make('div', { class: 'two' },
      make('strong', {}, visible(left)), make('strong', {}, visible(right)));
  }

  #rung(/** @type {Event} */ event) {
    const { make } = this;
    const { from, source, destination, fate, seq, info, rule } = event;
    const rung = make('div', { class: 'rung' });
    // An address of many is nobody's: 224.0.0.22, 10.0.0.255.
    const many = /^2(2[4-9]|3\d|55)\.|\.255(:|$)/.test(destination);
    const ends = [`${from} ${source}`, many ? destination : `${other(from)} ${destination}`];
    if (from !== 'A') ends.reverse();
    if (ends.join() !== this.#ends) {
      this.#ends = ends.join();
      rung.append(this.#two(ends[0], ends[1]));
    }
    rung.append(make('div', {},
      make('span', { class: 'said' }, `${from} to ${other(from)}: `), label(event), ' ',
      make('strong', {}, fate === 'passed' ? '' : visible(fate))));
    rung.insertAdjacentHTML('beforeend', arrow(event));
    const more = fate.startsWith('held, ') ? [] : [
      seq && /SYN/.test(event.flags) && `seq ${seq.relative} is really ${seq.real}`,
      info, rule && `by the rule ${rule}`];
    rung.append(make('small', {}, visible(more.filter(Boolean).join('; '))));
    return rung;
  }

  /** Shows the run as it was after a step, counted from 0. */
  show(/** @type {number} */ step) {
    this.at = Math.max(0, Math.min(step, this.events.length - 1));
    [...this.list.children].forEach((row, i) => {
      row.classList.toggle('later', i > this.at);
      if (i === this.at) row.setAttribute('aria-current', 'step');
      else row.removeAttribute('aria-current');
    });
  }

  /** What each socket did last and which state it was in, after this step. */
  sockets() {
    /** @type {Map<string, { did?: string, state?: string }>} */
    const all = new Map();
    const note = (/** @type {string} */ who, /** @type {object} */ news) =>
      all.set(who, { ...all.get(who), ...news });
    for (const event of this.events.slice(0, this.at + 1)) {
      if (event.event === 'call') note(event.who, { did: event.what, state: '' });
      if (event.event === 'state') note(event.who, { state: event.state });
      if (event.event === 'ends') {
        note('host A', { state: event.left });
        note('host B', { state: event.right });
      }
    }
    return [...all].map(([who, { did, state }]) => this.make('div', {},
      this.make('dt', {}, visible(who)),
      this.make('dd', {}, this.make('strong', {}, visible(state)), ' ', visible(did))));
  }
}
