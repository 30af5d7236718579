import { everything } from './arrange.js';
import { count, find, make, say } from './dom.js';
import { look, states } from './signs.js';

/** The filters: search, three lists, and a button for each state. */
export class Filters {
  constructor(onChange) {
    this.value = { ...everything };
    this.version = 0;
    this.onChange = onChange;
    this.lists = { nodeEni: find('by-nodeeni'), zone: find('by-zone'), reason: find('by-reason') };
    for (const [name, list] of Object.entries(this.lists)) {
      list.addEventListener('change', () => this.set({ [name]: list.value === '' ? null : list.value }));
    }
    find('search').addEventListener('input', (event) => this.set({ text: event.target.value.trim().toLowerCase() }));
    find('clear').addEventListener('click', () => {
      find('search').value = '';
      this.set({ ...everything });
    });
    this.buttons = new Map(states.map((state) => {
      const { sign, label, style } = look(state);
      const number = make('span', { class: 'number' }, '0');
      const button = make('button', { type: 'button', class: `state ${style}`, 'aria-pressed': 'false',
        onclick: () => this.set({ state: this.value.state === state ? null : state }) },
      make('b', { class: 'sign', 'aria-hidden': 'true' }, sign), number, ` ${label}`);
      find('states').append(button);
      return [state, { button, number }];
    }));
  }

  /** Changes some of the filter. */
  set(part) {
    this.value = { ...this.value, ...part };
    this.version += 1;
    this.onChange();
  }

  /** Offers what the cluster has, and shows what is chosen. */
  update(store, totals) {
    const reasons = new Map();
    const zones = new Set();
    for (const eni of store.enis.values()) {
      reasons.set(eni.reason, (reasons.get(eni.reason) ?? 0) + 1);
    }
    for (const node of store.nodes.values()) {
      zones.add(node.zone ?? node.zoneOfEni ?? 'zone unknown');
    }
    this.#offer('nodeEni', [...store.nodeEnis.keys()]);
    this.#offer('zone', [...zones]);
    this.#offer('reason', [...reasons.keys()].filter(Boolean));
    for (const [state, { button, number }] of this.buttons) {
      say(number, count(totals[state]));
      button.setAttribute('aria-pressed', String(this.value.state === state));
    }
    find('clear').disabled = Object.keys(everything).every((name) => this.value[name] === everything[name]);
  }

  // A list that somebody has open must not change under the hand.
  #offer(name, names) {
    const list = this.lists[name];
    const chosen = this.value[name];
    const offered = [...new Set(chosen === null ? names : [...names, chosen])].sort();
    const key = offered.join('\n');
    if (list.dataset.key !== key) {
      list.dataset.key = key;
      list.replaceChildren(make('option', { value: '' }, 'all'), ...offered.map((value) => make('option', { value }, value)));
    }
    list.value = chosen ?? '';
  }
}
