import { arrange, everything } from './arrange.js';
import { count, find, many, say } from './dom.js';
import { follow } from './feed.js';
import { Filters } from './filters.js';
import { MapView } from './map.js';
import { Panel, showLink } from './panel.js';
import { words } from './signs.js';
import { Store } from './store.js';
import { Story } from './story.js';
import { drawStrip } from './strip.js';

const store = new Store();
let selected = null;
let opener = null;

const filters = new Filters(() => update());
const panel = new Panel(filters);
const map = new MapView((eni, withKeyboard) => select(eni, withKeyboard));
const story = new Story(() => select(null));

function select(eni, withKeyboard = false) {
  if (eni === null) {
    story.close();
    find('overview').hidden = false;
    if (opener) {
      map.focus(opener);
    }
  } else {
    opener = withKeyboard ? eni : null;
    find('overview').hidden = true;
    story.open(eni, withKeyboard);
  }
  selected = eni;
  update();
}

// Changes come in bursts, and the screen shows one picture at a time.
let pending = false;
function update() {
  if (!pending) {
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      show();
    });
  }
}

function show() {
  const all = arrange(store, { ...filters.value, state: null });
  const arranged = filters.value.state === null ? all : arrange(store, filters.value);
  filters.update(store, all.totals);
  map.show(arranged, selected, filters.version, emptyWord());
  panel.update(store);
  drawStrip([...store.events.values()]);
  story.refresh(store);
  say(find('server'), store.cluster?.server ?? '');
  const isFiltered = Object.keys(everything).some((name) => filters.value[name] !== everything[name]);
  say(find('shown'), store.loaded ? `${isFiltered ? 'showing ' : ''}${many(arranged.nodes, 'node')}, ${many(arranged.enis, 'ENI')}` : '');
  announce(arranged);
}

function emptyWord() {
  return !store.loaded || !store.cluster?.complete ? 'Reading the cluster…'
    : store.nodes.size === 0 ? 'The cluster has no nodes.'
      : 'Nothing fits the filters.';
}

// A screen reader hears the sum, and not more often than it can be listened to.
let announced = 0;
let waiting = null;
function announce(arranged) {
  if (!store.loaded || !store.cluster?.complete) {
    return;
  }
  const text = `${many(arranged.nodes, 'node')}, ${count(arranged.enis)} ENIs${arranged.enis > 0 ? `: ${words(arranged.totals)}` : ''}.`;
  clearTimeout(waiting);
  const due = announced + 5000 - Date.now();
  const tell = () => {
    announced = Date.now();
    say(find('status'), text);
  };
  if (due <= 0 && find('status').textContent !== text) {
    tell();
  } else if (due > 0) {
    waiting = setTimeout(tell, due);
  }
}

follow((message) => {
  store.apply(message);
  update();
}, showLink);
setInterval(() => drawStrip([...store.events.values()]), 10_000);
addEventListener('resize', update);
