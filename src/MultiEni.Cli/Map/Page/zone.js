import { cardWidth, drawCard, heightOf } from './card.js';
import { drawCrowd, nodeAt } from './crowd.js';
import { find, make, many, say } from './dom.js';
import { look, states, words, worst } from './signs.js';

const gap = 12;
const beyond = 400;
const heights = new WeakMap();

// What a card needs does not change until the node does.
function height(node) {
  const known = heights.get(node);
  if (known?.version === node.version) {
    return known.height;
  }
  const value = heightOf(node);
  heights.set(node, { version: node.version, height: value });
  return value;
}

/** One zone on the page: from afar a crowd, from near its nodes, of which only those in sight are drawn. */
export class ZoneView {
  constructor(name, { onToggle, onZoom }) {
    this.name = name;
    this.isOpen = false;
    this.rows = [];
    this.columns = 1;
    this.drawn = new Map();
    this.title = make('h2', {}, name);
    this.facts = make('p', { class: 'faint' });
    this.tally = make('p', { class: 'tally' });
    this.bar = make('div', { class: 'bar', 'aria-hidden': 'true' });
    this.button = make('button', { type: 'button', onclick: () => onToggle(this) });
    this.list = make('ul', { class: 'nodes', 'aria-label': `Nodes in ${name}` });
    this.crowd = make('canvas', { class: 'crowd', 'aria-hidden': 'true' });
    this.crowd.addEventListener('click', (event) => onZoom(this, this.#under(event)));
    this.crowd.addEventListener('mousemove', (event) => {
      this.crowd.title = this.#under(event)?.id ?? '';
    });
    this.element = make('section', { class: 'zone', 'aria-label': `Zone ${name}` },
      make('header', {}, this.title, this.facts, this.tally, this.button, this.bar), this.crowd, this.list);
  }

  /** Takes over what there is to show. */
  update(zone, isOpen) {
    this.zone = zone;
    this.isOpen = isOpen;
    say(this.facts, `${many(zone.nodes.length, 'node')} · ${many(zone.enis, 'ENI')}`);
    say(this.tally, words(zone.counts));
    this.tally.className = `tally ${worst(zone.counts) ? look(worst(zone.counts)).style : ''}`;
    say(this.button, isOpen ? 'Zoom out' : `Show ${many(zone.nodes.length, 'node')}`);
    this.button.setAttribute('aria-expanded', String(isOpen));
    this.#drawBar(zone.counts);
    this.list.hidden = !isOpen;
    this.crowd.hidden = isOpen;
    const width = find('map').clientWidth - 32;
    if (isOpen) {
      this.#measure(width);
    } else {
      this.#drop(() => false);
      this.crowdColumns = drawCrowd(this.crowd, zone.nodes, width);
    }
  }

  /** Draws what is in sight: between two heights of the map's contents. */
  render(top, bottom, isSelected, filterVersion) {
    if (!this.isOpen) {
      return;
    }
    const offset = this.list.offsetTop;
    const seen = new Set();
    for (let row = this.#rowAt(top - offset - beyond); row < this.rows.length && this.rows[row].top < bottom - offset + beyond; row++) {
      for (let column = 0; column < this.rows[row].entries.length; column++) {
        const entry = this.rows[row].entries[column];
        seen.add(entry.node.id);
        this.#place(entry, row, column, isSelected, filterVersion);
      }
    }
    this.#drop((id) => seen.has(id));
  }

  /** Where a node is: its distance from the map's top and its height; null when it is not here. */
  placeOf(id) {
    const index = this.zone.nodes.findIndex((entry) => entry.node.id === id);
    const row = this.rows[Math.floor(index / this.columns)];
    return index < 0 || !row ? null : { top: this.list.offsetTop + row.top, height: row.height };
  }

  #measure(width) {
    this.columns = Math.max(1, Math.floor((width + gap) / (cardWidth + gap)));
    this.width = Math.floor((width - gap * (this.columns - 1)) / this.columns);
    this.rows = [];
    let top = 0;
    for (let first = 0; first < this.zone.nodes.length; first += this.columns) {
      const entries = this.zone.nodes.slice(first, first + this.columns);
      const tallest = Math.max(...entries.map((entry) => height(entry.node)));
      this.rows.push({ top, height: tallest, entries, first });
      top += tallest + gap;
    }
    this.list.style.height = `${top}px`;
  }

  #rowAt(offset) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].top + this.rows[middle].height < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #place(entry, row, column, selected, filterVersion) {
    const { node } = entry;
    const state = `${node.version} ${filterVersion} ${node.enis.has(selected) ? selected : ''}`;
    let drawn = this.drawn.get(node.id);
    if (!drawn) {
      drawn = { item: make('li'), state: null };
      this.drawn.set(node.id, drawn);
      this.list.append(drawn.item);
    }
    if (drawn.state !== state) {
      const focused = drawn.item.contains(document.activeElement) ? document.activeElement.dataset.eni : null;
      drawn.state = state;
      drawn.item.replaceChildren(drawCard(entry, selected));
      if (focused) {
        drawn.item.querySelector(`[data-eni="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
      }
    }
    const { style } = drawn.item;
    style.top = `${this.rows[row].top}px`;
    style.left = `${column * (this.width + gap)}px`;
    style.width = `${this.width}px`;
    style.height = `${this.rows[row].height}px`;
    drawn.item.setAttribute('aria-setsize', this.zone.nodes.length);
    drawn.item.setAttribute('aria-posinset', this.rows[row].first + column + 1);
  }

  // One that has the focus stays, or the keyboard would be lost while scrolling.
  #drop(isKept) {
    for (const [id, { item }] of this.drawn) {
      if (!isKept(id) && !(this.isOpen && item.contains(document.activeElement) && this.zone.nodes.some((entry) => entry.node.id === id))) {
        item.remove();
        this.drawn.delete(id);
      }
    }
  }

  #drawBar(counts) {
    this.bar.replaceChildren(...states.filter((state) => counts[state] > 0).map((state) => {
      const part = make('i', { class: look(state).style });
      part.style.flexGrow = counts[state];
      return part;
    }));
  }

  #under(event) {
    return nodeAt(this.zone.nodes, this.crowdColumns ?? 1, event.offsetX, event.offsetY);
  }
}
