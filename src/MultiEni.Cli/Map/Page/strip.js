import { draw, find, many, say } from './dom.js';

const shortest = 5 * 60_000;
const longest = 60 * 60_000;
const lanes = { warning: 20, normal: 42 };
const bucket = 9;

/** The time line: warnings above, other events below, now at the right. */
export function drawStrip(events) {
  const drawing = find('strip-drawing');
  const width = drawing.clientWidth;
  const now = Date.now();
  const times = events.map((event) => Date.parse(event.time));
  const span = Math.min(longest, Math.max(shortest, now - Math.min(now, ...times) + 20_000));
  const left = 64;
  const x = (time) => left + ((time - (now - span)) / span) * (width - left - 16);
  const parts = [
    draw('text', { x: 8, y: lanes.warning + 4 }, '! warnings'),
    draw('text', { x: 8, y: lanes.normal + 4 }, '· normal'),
    draw('line', { x1: left, x2: width - 8, y1: lanes.warning, y2: lanes.warning, class: 'lane' }),
    draw('line', { x1: left, x2: width - 8, y1: lanes.normal, y2: lanes.normal, class: 'lane' }),
    ...ticks(now, span, x),
    ...marks(events, now - span, x),
  ];
  drawing.replaceChildren(...parts);
  const warnings = events.filter((event) => event.warning).length;
  say(find('strip-text'), `${many(events.length, 'event')}, ${many(warnings, 'warning')}; the list is under Events.`);
}

function ticks(now, span, x) {
  const step = [60_000, 120_000, 300_000, 600_000].find((candidate) => span / candidate <= 8) ?? 900_000;
  const parts = [];
  for (let time = Math.ceil((now - span) / step) * step; time <= now; time += step) {
    parts.push(draw('line', { x1: x(time), x2: x(time), y1: 8, y2: 54, class: 'tick' }),
      draw('text', { x: x(time), y: 66, class: 'tick-text' }, new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })));
  }
  return parts;
}

// What happened at nearly the same time is one mark, the larger the more it was.
function marks(events, from, x) {
  const crowded = new Map();
  for (const event of events) {
    const time = Date.parse(event.time);
    if (time >= from) {
      const key = `${Math.round(x(time) / bucket)} ${event.warning}`;
      const mark = crowded.get(key) ?? { x: x(time), warning: event.warning, number: 0 };
      mark.number += event.count;
      crowded.set(key, mark);
    }
  }
  return [...crowded.values()].map((mark) => {
    const size = Math.min(9, 3.5 + Math.log2(mark.number + 1));
    const y = mark.warning ? lanes.warning : lanes.normal;
    return mark.warning
      ? draw('path', { d: `M${mark.x} ${y - size}l${size} ${size * 1.7}h${-2 * size}z`, class: 'mark warning' })
      : draw('circle', { cx: mark.x, cy: y, r: size, class: 'mark' });
  });
}
