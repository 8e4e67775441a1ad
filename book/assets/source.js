// The lens on the source: the code of the page, with the line that told a step.

/** @typedef {import('./timeline.js').Tools} Tools */

export class Source {
  /** @param {HTMLElement} lab @param {Tools} tools */
  constructor(lab, { make, all }) {
    this.caption = make('p', { class: 'caption' });
    this.pane = make('pre', { class: 'source', tabindex: '0', role: 'group',
      'aria-label': `Source of ${lab.dataset.lab}` });
    this.mark = make('span', { class: 'mark' });
    // `0:48` is the first block of Rust after the lab; it begins with line 48.
    const below = all('.lab, code.language-rust');
    below.splice(0, below.indexOf(lab) + 1);
    const next = below.findIndex(it => it.matches('.lab'));
    this.blocks = (lab.dataset.code ?? '').split(' ').map(place => {
      const [index, first] = place.split(':').map(Number);
      const code = next < 0 || index < next ? below[index] : undefined;
      return { code, first, lines: code?.textContent?.split('\n') ?? [] };
    });
  }

  /** Shows the last line that these events of the lesson name. */
  show(/** @type {import('./timeline.js').Event[]} */ told) {
    const at = told.at(-1)?.at;
    this.caption.textContent = at ? `${at.file}, line ${at.line}` : '';
    const moved = at ? this.#moved(told.map(it => it.at.line)) : 0;
    const block = this.blocks.find(({ first, lines }) => at && (at.line - first - moved) in lines);
    this.pane.hidden = !block?.code;
    if (!block?.code) return;
    const { code, first, lines } = block;
    if (this.pane.dataset.first !== String(first)) {
      this.pane.dataset.first = String(first);
      const copy = /** @type {HTMLElement} */ (code.cloneNode(true));
      for (const name of ['tabindex', 'role', 'aria-label']) copy.removeAttribute(name);
      copy.append(this.mark);
      this.pane.replaceChildren(copy);
    }
    const line = at.line - first - moved;
    this.mark.style.setProperty('--line', String(line));
    this.mark.dataset.text = lines[line];
    const { scrollHeight, clientHeight } = this.pane;
    this.pane.scrollTop = scrollHeight * (line / lines.length) - clientHeight / 2;
  }

  /** By how many lines an edit of the reader has moved the code since the page
   * was written: every event names a line of the narrator, `me.says(...)`. */
  #moved(/** @type {number[]} */ told) {
    const fits = (/** @type {number} */ by) => told.every(line => this.blocks.some(
      ({ first, lines }) => /\bme\./.test(lines[line - first - by] ?? '')));
    for (let by = 0; by < 60; by += 1) {
      for (const way of [by, -by]) if (fits(way)) return way;
    }
    return 0;
  }
}
