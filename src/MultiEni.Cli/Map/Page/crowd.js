import { look } from './signs.js';

/** Size of a node in the crowd, with the space around it. */
const cell = 15;

/**
 * A zone from afar: a square for each node, whose colour and mark are those of its worst ENI. One drawing costs the same for ten nodes and for
 * thousands; what it shows is also said in words beside it.
 */
export function drawCrowd(canvas, nodes, width) {
  const columns = Math.max(1, Math.floor(width / cell));
  const rows = Math.ceil(nodes.length / columns);
  const ratio = window.devicePixelRatio || 1;
  const [pixelWidth, pixelHeight] = [Math.round(columns * cell * ratio), Math.round(rows * cell * ratio)];
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
    canvas.style.width = `${columns * cell}px`;
    canvas.style.height = `${rows * cell}px`;
  }
  const pen = canvas.getContext('2d');
  const theme = getComputedStyle(document.documentElement);
  const colour = (name) => theme.getPropertyValue(name);
  const colours = {};
  for (const style of ['trouble', 'progress', 'deleting', 'ready', 'line', 'surface']) {
    colours[style] = colour(`--${style}`);
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, columns * cell, rows * cell);
  nodes.forEach(({ worst }, index) => drawNode(pen, worst, (index % columns) * cell + 1, Math.floor(index / columns) * cell + 1, colours));
  return columns;
}

function drawNode(pen, worst, x, y, colours) {
  const size = cell - 3;
  pen.lineWidth = 1.5;
  if (worst === null) {
    pen.strokeStyle = colours.line;
    pen.strokeRect(x + 0.75, y + 0.75, size - 1.5, size - 1.5);
    return;
  }
  const style = look(worst).style;
  pen.fillStyle = colours[style];
  pen.fillRect(x, y, size, size);
  pen.fillStyle = pen.strokeStyle = colours.surface;
  // The signs of signs.js; what is ready has none, so that the others stand out.
  switch (style) {
    case 'progress':
      for (const dot of [2, 5, 8]) {
        pen.fillRect(x + dot, y + 5, 2, 2);
      }
      break;
    case 'deleting':
      pen.fillRect(x + 3, y + 5, size - 6, 2);
      break;
    case 'trouble':
      pen.lineWidth = 2;
      pen.beginPath();
      pen.moveTo(x + 3, y + 3);
      pen.lineTo(x + size - 3, y + size - 3);
      pen.moveTo(x + size - 3, y + 3);
      pen.lineTo(x + 3, y + size - 3);
      pen.stroke();
      break;
  }
}

/** The node under a point of the drawing. */
export function nodeAt(nodes, columns, x, y) {
  return nodes[Math.floor(y / cell) * columns + Math.floor(x / cell)]?.node ?? null;
}
