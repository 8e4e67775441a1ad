// The reader is the wire: each held packet waits for a button or a key.

import { ask } from './live.js';

/** What may become of a packet, by key, as in `workbook wire --hold`. */
const FATES = [['p', 'Pass'], ['d', 'Drop'], ['2', 'Duplicate'], ['l', 'Delay'], ['c', 'Corrupt']];

export class Wire {
  /** The run that is held; nothing: nobody holds anything. */
  id = '';
  /** @type {Map<number, HTMLElement>} held packets and their buttons */
  #held = new Map();

  /** @param {import('./timeline.js').Tools} tools
   * @param {{ leave: (it: HTMLElement) => void, say: (text: string) => void }} lab */
  constructor({ make, button }, lab) {
    this.make = make;
    this.button = button;
    this.lab = lab;
  }

  /** A packet was told, in this row. */
  told(/** @type {import('./timeline.js').Event} */ { number, fate }, /** @type {HTMLElement} */ row) {
    this.#remove(number);
    if (!this.id || fate !== 'held') return;
    const keys = this.make('div', { class: 'bar', role: 'group', 'aria-label': `Packet ${number}` });
    for (const [key, fate] of FATES) {
      keys.append(this.button(`${fate} (${key})`, () => this.decide(number, fate),
        { 'aria-keyshortcuts': key }));
    }
    this.lab.say(`Packet ${number} waits for you: ${row.textContent}`);
    this.#held.set(number, keys);
    row.lastElementChild?.append(keys);
    row.scrollIntoView({ block: 'nearest' });
  }

  decide(/** @type {number | 'all'} */ packet, fate = 'Pass') {
    for (const number of packet === 'all' ? [...this.#held.keys()] : [packet]) {
      this.#remove(number, `You said: ${fate}.`);
    }
    const line = JSON.stringify({ packet, do: fate.toLowerCase() });
    ask('/live/input', { id: this.id, line }).catch(error => this.lab.say(error.message));
  }

  /** Whether a key decides about the packet that has waited longest. */
  key(/** @type {string} */ pressed) {
    const [number] = this.#held.keys();
    const fate = FATES.find(([key]) => key === pressed)?.[1];
    if (!fate || number === undefined) return false;
    this.decide(number, fate);
    return true;
  }

  /** The run is over: nobody waits any more. */
  end() {
    this.id = '';
    for (const number of [...this.#held.keys()]) this.#remove(number);
  }

  #remove(/** @type {number} */ number, words = '') {
    const keys = this.#held.get(number);
    if (keys) this.lab.leave(keys);
    keys?.replaceChildren(words);
    this.#held.delete(number);
  }
}
