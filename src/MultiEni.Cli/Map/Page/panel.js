import { count, find, make, many, say } from './dom.js';
import { look } from './signs.js';

const mostEvents = 60;

/** Time of day, or the day for what is older. */
export function when(time) {
  const date = new Date(time);
  return Date.now() - date < 86_400_000 ? date.toLocaleTimeString('en-GB') : date.toLocaleString('en-GB');
}

/** An event as an item of a list. */
export function drawEvent(event) {
  return make('li', { class: event.warning ? 'event warning' : 'event' },
    make('b', { class: 'sign', 'aria-hidden': 'true' }, event.warning ? '!' : '·'),
    make('p', {}, make('time', { datetime: event.time }, when(event.time)), ' ', make('strong', {}, event.reason),
      make('span', { class: 'unseen' }, event.warning ? ' (warning)' : ''), event.count > 1 ? ` ×${count(event.count)}` : '',
      ' ', make('span', { class: 'faint' }, event.about)),
    make('p', { class: 'message' }, event.message));
}

/** NodeENIs, budget, notes and events. */
export class Panel {
  constructor(filters) {
    this.filters = filters;
    this.shown = {};
  }

  update(store) {
    this.#once('notes', [...store.notes.values()], (notes) => find('notes').replaceChildren(...notes.map((note) => make('li', {}, note.text))));
    this.#once('nodeenis', [...store.nodeEnis.values(), this.filters.value.nodeEni], () => this.#drawNodeEnis(store));
    this.#once('gauges', [...store.budgets.values()], (budgets) => this.#drawBudget(budgets));
    // The newest stay in sight at the top.
    const events = [...store.events.values()].sort((left, right) => (left.time < right.time ? 1 : -1)).slice(0, mostEvents);
    this.#once('events', events, () => find('events').replaceChildren(
      ...(events.length > 0 ? events.map(drawEvent) : [make('li', { class: 'faint' }, 'No events in the last hour.')])));
  }

  // What is the same is left alone: selections, focus and scroll positions stay.
  #once(name, values, drawing) {
    const before = this.shown[name];
    if (!before || before.length !== values.length || before.some((value, index) => value !== values[index])) {
      this.shown[name] = values;
      drawing(values);
    }
  }

  #drawNodeEnis(store) {
    const items = [...store.nodeEnis.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
    const list = find('nodeenis');
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    list.replaceChildren(...(items.length > 0 ? items.map((item) => this.#drawNodeEni(item)) : [make('li', { class: 'faint' }, 'There are no NodeENIs.')]));
    if (focused) {
      list.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }

  #drawNodeEni(item) {
    const { sign, label, style } = look(item.health);
    const isChosen = this.filters.value.nodeEni === item.id;
    return make('li', {},
      make('button', { type: 'button', class: `nodeeni ${style}`, 'data-name': item.id, 'aria-pressed': String(isChosen),
        onclick: () => this.filters.set({ nodeEni: this.filters.value.nodeEni === item.id ? null : item.id }) },
      make('b', { class: 'sign', 'aria-hidden': 'true' }, sign),
      make('span', { class: 'name' }, item.id),
      make('span', { class: 'number' }, `${count(item.ready)} of ${count(item.desired)} ready`),
      make('meter', { min: 0, max: Math.max(item.desired, 1), value: item.ready, 'aria-hidden': 'true' }),
      make('span', { class: 'faint' }, `${label}, ${many(item.nodes, 'node')}${item.health === 'Ready' ? '' : `, ${item.reason}`}`),
      item.health === 'Ready' ? null : make('span', { class: 'message' }, item.message)));
  }

  #drawBudget(budgets) {
    find('budget').hidden = budgets.length === 0;
    find('gauges').replaceChildren(...budgets.sort((left, right) => (left.id < right.id ? -1 : 1)).map((budget) => {
      const granted = budget.granted ?? budget.used;
      const text = budget.granted === undefined ? `${budget.used} a second` : `${budget.used} of ${Math.round(granted * 10) / 10} a second`;
      return make('div', {},
        make('dt', {}, budget.id),
        make('dd', {}, text, budget.throttled > 0 ? make('b', { class: 'throttled' }, ` ! throttled ${count(budget.throttled)}×`) : null),
        make('meter', { min: 0, max: Math.max(granted, 0.1), high: granted * 0.8, value: budget.used, 'aria-hidden': 'true' }));
    }));
  }
}

/** Says how the connection is. */
export function showLink(state) {
  const words = { live: '● live', reconnecting: '○ reconnecting', ended: '✗ the map has ended; start it again' };
  const link = find('link');
  link.className = `link ${state}`;
  say(link, words[state]);
}
