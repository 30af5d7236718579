import { find, make, short } from './dom.js';
import { story } from './feed.js';
import { drawEvent, when } from './panel.js';
import { look } from './signs.js';

/** The story of one ENI: what it is, what it waits for, why, and what happened. */
export class Story {
  constructor(onClose) {
    this.element = find('story');
    this.onClose = onClose;
    this.eni = null;
    this.shown = null;
    addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.eni) {
        this.onClose();
      }
    });
  }

  /** Opens the story; with the keyboard, the focus goes along. */
  async open(eni, withFocus) {
    this.eni = eni;
    this.shown = null;
    await this.#load(withFocus);
    if (!withFocus) {
      find('panel').scrollTop = 0;
    }
  }

  close() {
    this.eni = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Tells it anew when something of it has changed. */
  refresh(store) {
    const now = this.eni && [store.enis.get(this.eni), store.events.size];
    if (now && (now[0] !== this.shown?.[0] || now[1] !== this.shown?.[1])) {
      this.shown = now;
      this.#load(false);
    }
  }

  async #load(withFocus) {
    const asked = this.eni;
    const told = await story(asked).catch(() => null);
    if (this.eni !== asked) {
      return;
    }
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = false;
    this.element.replaceChildren(...(told ? this.#draw(told) : [this.#head(asked, 'This ENI is gone.')]));
    if (withFocus || hadFocus) {
      this.element.querySelector('h2').focus({ preventScroll: true });
    }
  }

  #head(title, text) {
    return make('header', {},
      make('h2', { tabindex: '-1' }, title),
      make('button', { type: 'button', class: 'close', onclick: () => this.onClose() }, 'Close'),
      make('p', { class: 'faint' }, text));
  }

  #draw({ eni, conditions, explanation, events, requesters }) {
    const { sign, label, style } = look(eni.health);
    return [
      this.#head(eni.eniId ?? eni.id, `${eni.nodeEni} on ${eni.node}`),
      make('div', { class: `verdict ${style}` },
        make('p', {}, make('b', { class: 'sign', 'aria-hidden': 'true' }, sign), ` ${label}: ${eni.reason}`),
        make('p', {}, eni.message)),
      ...this.#explain(explanation),
      make('h3', {}, 'Who has it'),
      ...this.#holders(eni, requesters),
      make('h3', {}, 'Facts'),
      make('dl', { class: 'facts' }, ...this.#facts(eni)),
      make('h3', {}, 'Conditions'),
      make('ul', { class: 'conditions' }, ...conditions.map((condition) => make('li', {},
        make('p', {}, make('strong', {}, condition.type), ` ${condition.status} · ${condition.reason} `,
          condition.lastTransitionTime ? make('time', { class: 'faint', datetime: condition.lastTransitionTime }, when(condition.lastTransitionTime)) : null),
        make('p', { class: 'message' }, condition.message)))),
      make('h3', {}, 'Its events'),
      events.length > 0 ? make('ol', { class: 'events' }, ...events.map(drawEvent)) : make('p', { class: 'faint' }, 'None in the last hour.'),
    ];
  }

  #explain(entry) {
    return entry ? [
      make('h3', {}, 'What that means'),
      make('p', {}, entry.meaning),
      make('h4', {}, 'Causes'),
      make('ul', { class: 'plain' }, ...entry.causes.map((text) => make('li', {}, ...withCode(text)))),
      make('h4', {}, 'Remedy'),
      make('ul', { class: 'plain' }, ...entry.remedies.map((text) => make('li', {}, ...withCode(text)))),
    ] : [];
  }

  #holders(eni, requesters) {
    const holders = eni.uses.map((use) => make('li', {}, make('strong', {}, use.pod),
      use.address ? ` has the address ${use.address}` : ` has the device by the claim ${use.claim}`));
    const others = (requesters ?? []).filter((pod) => !eni.uses.some((use) => use.pod === pod));
    return [
      holders.length > 0 ? make('ul', { class: 'plain' }, ...holders) : make('p', { class: 'faint' }, 'No pod has an address or a claim of it.'),
      others.length > 0 ? make('p', {}, `Pods of the node that request its resource, one of which may have it: ${others.join(', ')}`) : null,
      requesters === undefined ? make('p', { class: 'faint' }, 'Pods that request its resource are not shown: you may not list pods.') : null,
    ].filter(Boolean);
  }

  #facts(eni) {
    return Object.entries({
      'ENIAttachment': eni.id,
      'State': eni.state,
      'Zone': eni.zone,
      'Slot': `device index ${eni.slot} of network card ${eni.card}`,
      'Subnet': eni.subnet,
      'Addresses': eni.addresses.join(', '),
      'Public address': eni.publicAddress,
      'MAC address': eni.mac,
      'Interface': eni.interface && `${eni.interface} on ${short(eni.node)}`,
      'PCI address': eni.pci,
      'Driver': eni.driver,
      'Resource': eni.resource,
    }).filter(([, value]) => value).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]);
  }
}

// The guide marks commands as `code`.
function withCode(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? make('code', {}, part) : part));
}
