/** What is known of the cluster. A node's version changes with everything that is drawn in its card. */
export class Store {
  constructor() {
    this.clear();
  }

  clear() {
    this.cluster = null;
    this.nodes = new Map();
    this.enis = new Map();
    this.nodeEnis = new Map();
    this.events = new Map();
    this.budgets = new Map();
    this.notes = new Map();
    this.loaded = false;
    this.shape = 0;
  }

  /** Takes over a message of the stream. */
  apply({ reset, more, set, gone }) {
    if (reset) {
      this.clear();
    }
    for (const item of set) {
      this.#set(item);
    }
    for (const key of gone) {
      const slash = key.indexOf('/');
      this.#remove(key.slice(0, slash), key.slice(slash + 1));
    }
    this.loaded ||= !more;
  }

  #set(item) {
    switch (item.kind) {
      case 'cluster':
        this.cluster = item;
        break;
      case 'node':
        Object.assign(this.#node(item.id), { known: true, zone: item.zone, type: item.type, ready: item.ready, cards: item.cards, zoneOfEni: null });
        this.#touch(item.id);
        this.shape += 1;
        break;
      case 'eni':
        this.#setEni(item);
        break;
      case 'nodeEni':
        this.nodeEnis.set(item.id, item);
        break;
      case 'event':
        this.events.set(item.id, item);
        break;
      case 'budget':
        this.budgets.set(item.id, item);
        break;
      case 'note':
        this.notes.set(item.id, item);
        break;
    }
  }

  #setEni(eni) {
    const before = this.enis.get(eni.id);
    if (before && before.node !== eni.node) {
      this.#removeEni(eni.id);
    }
    eni.text = [eni.id, eni.node, eni.nodeEni, eni.eniId, eni.mac, eni.interface, eni.pci, eni.driver, eni.resource, eni.reason, eni.state, eni.subnet,
      eni.publicAddress, ...eni.addresses, ...eni.uses.flatMap((use) => [use.pod, use.claim])].filter(Boolean).join('\n').toLowerCase();
    this.enis.set(eni.id, eni);
    const node = this.#node(eni.node);
    node.enis.set(eni.id, eni);
    node.zoneOfEni ??= eni.zone;
    this.#touch(eni.node);
  }

  #remove(kind, id) {
    switch (kind) {
      case 'node': {
        const node = this.nodes.get(id);
        if (node) {
          node.known = false;
          this.#touch(id);
          this.#forget(node);
        }
        break;
      }
      case 'eni':
        this.#removeEni(id);
        break;
      case 'nodeEni':
        this.nodeEnis.delete(id);
        break;
      case 'event':
        this.events.delete(id);
        break;
      case 'budget':
        this.budgets.delete(id);
        break;
      case 'note':
        this.notes.delete(id);
        break;
    }
  }

  #removeEni(id) {
    const eni = this.enis.get(id);
    const node = eni && this.nodes.get(eni.node);
    this.enis.delete(id);
    if (node) {
      node.enis.delete(id);
      this.#touch(node.id);
      this.#forget(node);
    }
  }

  // A node that is gone stays as long as it has ENIs.
  #forget(node) {
    if (!node.known && node.enis.size === 0) {
      this.nodes.delete(node.id);
      this.shape += 1;
    }
  }

  #node(id) {
    let node = this.nodes.get(id);
    if (!node) {
      node = { id, known: false, ready: true, enis: new Map(), version: 0 };
      this.nodes.set(id, node);
      this.shape += 1;
    }
    return node;
  }

  #touch(id) {
    this.nodes.get(id).version += 1;
  }
}
