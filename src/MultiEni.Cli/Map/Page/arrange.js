import { none, worst } from './signs.js';

/** What somebody who filters wants to see; null for anything. */
export const everything = { text: '', nodeEni: null, zone: null, reason: null, state: null };

const zoneOf = (node) => node.zone ?? node.zoneOfEni ?? 'zone unknown';

/** Whether a filter is about ENIs, so that nodes without any that fit are left out. */
export const isAboutEnis = (filter) => filter.nodeEni !== null || filter.reason !== null || filter.state !== null;

/** Whether an ENI fits. */
export function fits(eni, filter) {
  return (filter.nodeEni === null || eni.nodeEni === filter.nodeEni)
    && (filter.reason === null || eni.reason === filter.reason)
    && (filter.state === null || eni.health === filter.state)
    && (filter.text === '' || eni.text.includes(filter.text));
}

const isNamed = (node, text) => text === '' || node.id.toLowerCase().includes(text) || (node.type ?? '').toLowerCase().includes(text);

const byName = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

let ordered = { store: null, shape: -1, zones: [] };

// Sorting thousands of names for each change would be felt.
function inOrder(store) {
  if (ordered.store !== store || ordered.shape !== store.shape) {
    const zones = new Map();
    for (const node of store.nodes.values()) {
      const name = zoneOf(node);
      if (!zones.has(name)) {
        zones.set(name, []);
      }
      zones.get(name).push(node);
    }
    for (const nodes of zones.values()) {
      nodes.sort((left, right) => byName(left.id, right.id));
    }
    ordered = { store, shape: store.shape, zones: [...zones].sort((left, right) => byName(left[0], right[0])) };
  }
  return ordered.zones;
}

/** Zones with their nodes and counts, as far as they fit the filter. */
export function arrange(store, filter) {
  const totals = none();
  const zones = [];
  for (const [name, all] of inOrder(store)) {
    if (filter.zone !== null && filter.zone !== name) {
      continue;
    }
    const zone = { name, nodes: [], counts: none(), enis: 0 };
    for (const node of all) {
      const fitting = [];
      const counts = none();
      const named = isNamed(node, filter.text);
      const wanted = named ? { ...filter, text: '' } : filter;
      for (const eni of node.enis.values()) {
        if (fits(eni, wanted)) {
          fitting.push(eni);
          counts[eni.health] += 1;
        }
      }
      if (fitting.length > 0 || (named && !isAboutEnis(filter))) {
        zone.nodes.push({ node, fitting: new Set(fitting), worst: worst(counts) });
        for (const state of Object.keys(counts)) {
          zone.counts[state] += counts[state];
          totals[state] += counts[state];
        }
        zone.enis += fitting.length;
      }
    }
    if (zone.nodes.length > 0) {
      zones.push(zone);
    }
  }
  return { zones, totals, nodes: zones.reduce((sum, zone) => sum + zone.nodes.length, 0), enis: zones.reduce((sum, zone) => sum + zone.enis, 0) };
}
