import { make, many, short } from './dom.js';
import { look, none, states, words } from './signs.js';

/** Width of a node's card, with the sizes that map.css gives its parts. */
export const cardWidth = 288;
const headHeight = 54;
const railHeight = 26;
const chipHeight = 52;
const padding = 14;
const mostSlots = 24;

/** Network cards that have ENIs of ours, or the first if none has. */
function cardsOf(node) {
  const cards = new Map();
  for (const eni of node.enis.values()) {
    if (!cards.has(eni.card)) {
      cards.set(eni.card, []);
    }
    cards.get(eni.card).push(eni);
  }
  if (cards.size === 0) {
    cards.set(0, []);
  }
  for (const enis of cards.values()) {
    enis.sort((left, right) => left.slot - right.slot || (left.id < right.id ? -1 : 1));
  }
  return [...cards].sort((left, right) => left[0] - right[0]);
}

/** Height of a node's card. */
export function heightOf(node) {
  return headHeight + padding
    + cardsOf(node).reduce((sum, [, enis]) => sum + railHeight + Math.ceil(enis.length / 2) * chipHeight, 0);
}

/** ENIs of a node in the order in which the card shows them. */
export const enisOf = (node) => cardsOf(node).flatMap(([, enis]) => enis);

/** The card of a node. */
export function drawCard({ node, fitting }, selected) {
  const counts = none();
  for (const eni of node.enis.values()) {
    counts[eni.health] += 1;
  }
  const unused = (node.cards?.length ?? 1) - cardsOf(node).length;
  const facts = [node.known ? node.type ?? 'type unknown' : 'the node is gone', node.known && !node.ready ? '! not ready' : '',
    unused > 0 ? `${many(unused, 'more network card')}` : ''].filter(Boolean).join(' · ');
  return make('article', { class: node.known ? 'node' : 'node gone' },
    make('header', {},
      make('h3', { title: node.id }, short(node.id)),
      make('p', { class: 'faint' }, facts),
      drawTally(counts, node.enis.size)),
    ...cardsOf(node).map(([card, enis]) => drawNetworkCard(node, card, enis, fitting, selected)));
}

// Short to see, whole to hear.
function drawTally(counts, size) {
  return make('p', { class: 'tally' },
    make('span', { class: 'unseen' }, size === 0 ? '' : words(counts)),
    ...(size === 0 ? ['no ENI'] : states.filter((state) => counts[state] > 0).map((state) =>
      make('span', { class: look(state).style, 'aria-hidden': 'true' }, `${look(state).sign} ${counts[state]}`))));
}

function drawNetworkCard(node, card, enis, fitting, selected) {
  const size = node.cards?.[card];
  return make('div', { class: 'card' },
    make('div', { class: 'rail' },
      make('span', {}, `card ${card}`),
      make('span', { class: 'slots', 'aria-hidden': 'true' }, ...drawSlots(card, size, enis)),
      make('span', { class: 'faint' }, size === undefined ? '' : `${size} slots`)),
    make('ul', { class: 'chips' }, ...enis.map((eni) => make('li', {}, drawChip(eni, fitting.has(eni), selected === eni.id)))));
}

// The instance's own interface is in the first slot of the first card; of the others we know ours.
function drawSlots(card, size, enis) {
  const taken = new Map(enis.map((eni) => [eni.slot, eni]));
  const last = Math.max(size ?? 0, ...[...taken.keys()].map((slot) => slot + 1));
  const slots = [];
  for (let slot = 0; slot < Math.min(last, mostSlots); slot++) {
    const eni = taken.get(slot);
    slots.push(make('i', { class: eni ? look(eni.health).style : card === 0 && slot === 0 ? 'primary' : 'other' }));
  }
  return slots;
}

/** What an ENI waits for, or who has it, in a few words. */
function detail(eni) {
  if (eni.health !== 'Ready') {
    return eni.reason === 'Progressing' || eni.reason === 'Deleting' ? eni.state : eni.reason;
  }
  return eni.uses.length > 0 ? `⬢ ${eni.uses.length === 1 ? eni.uses[0].pod.split('/').pop() : many(eni.uses.length, 'pod')}`
    : eni.addresses[0] ?? eni.driver ?? eni.state;
}

function drawChip(eni, isFitting, isSelected) {
  const { sign, label, style } = look(eni.health);
  const holders = eni.uses.length > 0 ? `, used by ${eni.uses.map((use) => use.pod).join(', ')}` : '';
  return make('button', {
    type: 'button',
    class: `chip ${style}${isFitting ? '' : ' unfit'}`,
    'data-eni': eni.id,
    'aria-pressed': isSelected ? 'true' : 'false',
    'aria-label': `${eni.nodeEni}, slot ${eni.slot} of card ${eni.card}, ${short(eni.node)}: ${label}, ${detail(eni)}${holders}`,
    tabindex: '-1',
  },
  make('b', { class: 'sign', 'aria-hidden': 'true' }, sign),
  make('span', { class: 'name' }, eni.nodeEni),
  make('span', { class: 'slot faint' }, `${eni.slot}`),
  make('span', { class: 'detail' }, detail(eni)));
}
