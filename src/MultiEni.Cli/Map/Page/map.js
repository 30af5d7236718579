import { enisOf } from './card.js';
import { find, make } from './dom.js';
import { ZoneView } from './zone.js';

/** So many nodes are shown one by one without asking. */
const few = 60;
const mostPrinted = 500;

/** The map: zones, and the keyboard's way through them. */
export class MapView {
  constructor(onSelect) {
    this.root = find('map');
    this.zones = new Map();
    this.opened = new Map();
    this.arranged = { zones: [], nodes: 0 };
    this.selected = null;
    this.filterVersion = 0;
    this.current = null;
    this.empty = make('p', { class: 'empty' });
    this.root.append(this.empty);
    this.root.addEventListener('scroll', () => this.#soon(), { passive: true });
    this.root.addEventListener('click', (event) => {
      const eni = event.target.closest('[data-eni]')?.dataset.eni;
      if (eni) {
        onSelect(eni, event.detail === 0);
      }
    });
    this.root.addEventListener('focusin', (event) => {
      if (event.target.dataset.eni) {
        this.#setCurrent(event.target.dataset.eni);
      }
    });
    this.root.addEventListener('keydown', (event) => this.#onKey(event));
    new ResizeObserver(() => this.refresh()).observe(this.root);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.refresh());
    addEventListener('beforeprint', () => this.#print(true));
    addEventListener('afterprint', () => this.#print(false));
  }

  /** Shows what was arranged; a word for when there is nothing. */
  show(arranged, selected, filterVersion, word) {
    Object.assign(this, { arranged, selected, filterVersion });
    this.empty.hidden = arranged.zones.length > 0;
    this.empty.textContent = word;
    this.refresh();
  }

  /** Draws anew, as after a change of size. */
  refresh() {
    const names = new Set(this.arranged.zones.map((zone) => zone.name));
    for (const [name, view] of this.zones) {
      if (!names.has(name)) {
        view.element.remove();
        this.zones.delete(name);
      }
    }
    let before = this.empty;
    for (const zone of this.arranged.zones) {
      const view = this.#view(zone.name);
      if (before.nextSibling !== view.element) {
        before.after(view.element);
      }
      before = view.element;
      const isOpen = this.printing ? this.arranged.nodes <= mostPrinted : this.opened.get(zone.name) ?? this.arranged.nodes <= few;
      view.update(zone, isOpen);
    }
    this.#render();
  }

  /** Brings an ENI into sight and gives it the focus. */
  focus(id) {
    for (const view of this.zones.values()) {
      const entry = view.zone.nodes.find(({ node }) => node.enis.has(id));
      if (entry && view.isOpen) {
        this.#scrollTo(view, entry.node.id);
        this.root.querySelector(`[data-eni="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
        return;
      }
    }
  }

  #view(name) {
    if (!this.zones.has(name)) {
      this.zones.set(name, new ZoneView(name, {
        onToggle: (view) => this.#toggle(view),
        onZoom: (view, node) => this.#toggle(view, node),
      }));
    }
    return this.zones.get(name);
  }

  #toggle(view, node = null) {
    this.opened.set(view.name, !view.isOpen);
    this.refresh();
    if (node) {
      this.#scrollTo(view, node.id);
    }
  }

  #scrollTo(view, node) {
    const place = view.placeOf(node);
    const head = 64;
    if (place && place.top - head < this.root.scrollTop) {
      this.root.scrollTop = place.top - head;
    } else if (place && place.top + place.height > this.root.scrollTop + this.root.clientHeight) {
      this.root.scrollTop = place.top + place.height - this.root.clientHeight + 16;
    }
    this.#render();
  }

  #soon() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.#render();
    });
  }

  #render() {
    const top = this.printing ? 0 : this.root.scrollTop;
    const bottom = this.printing ? Infinity : top + this.root.clientHeight;
    for (const view of this.zones.values()) {
      view.render(top, bottom, this.selected, this.filterVersion);
    }
    this.#markCurrent();
  }

  #print(printing) {
    this.printing = printing;
    this.refresh();
  }

  #setCurrent(id) {
    this.current = id;
    this.#markCurrent();
  }

  // Tab enters the map at one ENI; arrows lead on from there.
  #markCurrent() {
    const chips = [...this.root.querySelectorAll('[data-eni]')];
    const one = chips.find((chip) => chip.dataset.eni === this.current) ?? chips[0];
    for (const chip of chips) {
      chip.tabIndex = chip === one ? 0 : -1;
    }
  }

  #onKey(event) {
    const id = event.target.dataset?.eni;
    const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    const step = steps[event.key];
    if (id && step && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      const next = this.#neighbour(id, ...step);
      if (next) {
        this.focus(next);
      }
    }
  }

  #neighbour(id, along, down) {
    const open = [...this.arranged.zones].map((zone) => this.zones.get(zone.name)).filter((view) => view.isOpen);
    const nodes = open.flatMap((view) => view.zone.nodes.map(({ node }) => ({ node, view })));
    const index = nodes.findIndex(({ node }) => node.enis.has(id));
    if (index < 0) {
      return null;
    }
    const enis = enisOf(nodes[index].node);
    const place = enis.findIndex((eni) => eni.id === id);
    if (along !== 0 && enis[place + along]) {
      return enis[place + along].id;
    }
    const stride = along !== 0 ? along : down * nodes[index].view.columns;
    for (let other = index + stride; other >= 0 && other < nodes.length; other += Math.sign(stride)) {
      const others = enisOf(nodes[other].node);
      if (others.length > 0) {
        return (along < 0 ? others[others.length - 1] : along > 0 ? others[0] : others[Math.min(place, others.length - 1)]).id;
      }
    }
    return null;
  }
}
