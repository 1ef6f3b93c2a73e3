// The samples as points on the boundary's plane: their symbols, the point under the pointer, and its words. The points
// are painted once into a layer of their own, because they change with the run and the view, and not with the frame.

import { mix, rgb } from '../colours.js';

// Plotly's symbols as corners [x, y] for the radius 1, y downwards; the circle is an arc. Plotly draws the legend.
const turns = (n, radius, from = -90) => Array.from({ length: n }, (_, i) => {
  const angle = ((from + (360 / n) * i) * Math.PI) / 180, r = typeof radius === 'number' ? radius : radius[i % 2];
  return [r * Math.cos(angle), r * Math.sin(angle)];
});
const plus = (long, half) => [
  [long, half], [half, half], [half, long], [-half, long], [-half, half], [-long, half],
  [-long, -half], [-half, -half], [-half, -long], [half, -long], [half, -half], [long, -half],
];
const diagonal = ([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2];
const CORNERS = {
  square: [[1, 1], [1, -1], [-1, -1], [-1, 1]],
  'triangle-up': [[-2 / Math.sqrt(3), 0.5], [2 / Math.sqrt(3), 0.5], [0, -1]],
  diamond: turns(4, 1.3),
  cross: plus(1.2, 0.4),
  star: turns(10, [1.4, 0.535]),
  pentagon: turns(5, 1),
  hexagon: turns(6, 1),
  x: plus(1.2, 0.4).map(diagonal),
  bowtie: [[1, 1], [1, -1], [-1, 1], [-1, -1]],
};

function outline(symbol, radius) {
  const path = new Path2D(), corners = CORNERS[symbol];
  if (!corners) path.arc(0, 0, radius, 0, 2 * Math.PI);
  else for (const [x, y] of corners) path.lineTo(radius * x, radius * y);
  path.closePath();
  return path;
}

// A value on a marker's scale, as Plotly colours it.
function onScale({ colorscale, cmin, cmax }, value) {
  const t = Math.min(Math.max((value - cmin) / (cmax - cmin || 1), 0), 1) * (colorscale.length - 1);
  const i = Math.min(Math.floor(t), colorscale.length - 2);
  return `rgb(${mix(rgb(colorscale[i][1]), rgb(colorscale[i + 1][1]), t - i)})`;
}

// Four digits of a stored number, which has about seven.
function digits(value) {
  return Number(value.toPrecision(7)).toPrecision(4);
}

export class Dots {
  // The run's samples by part, and its looks: Plotly's traces, without places, in the order of drawing.
  constructor(run) {
    this.run = run;
    this.samples = run.boundary.samples;
    this.parts = Object.entries(this.samples).map(([name, { xy, row, values }]) => (
      { name, xy, row, values, n: row.length, places: new Float32Array(2 * row.length) } // places in pixels
    ));
    this.looks = run.boundary.plot.data;
  }

  // The looks of the shown points, for the legend.
  shown(test) {
    return this.looks.filter(({ meta }) => test || meta.part !== 'test');
  }

  part(name) {
    return this.parts.find((part) => part.name === name);
  }

  // Paint the layer, unless it is the same. `under` is the canvas that it will lie on.
  place({ under, toX, toY, axes }, { test, theme }) {
    const ends = [axes.xaxis, axes.yaxis].flatMap(({ range }) => [...range]);
    const key = [...ends, axes._size.w, axes._size.h, under.width, under.height, test, theme.dark].join();
    if (key === this.key) return;
    [this.key, this.test] = [key, test];
    for (const { n, xy, places } of this.parts) {
      for (let i = 0; i < n; i++) [places[2 * i], places[2 * i + 1]] = [toX(xy[2 * i]), toY(xy[2 * i + 1])];
    }
    this.layer = new OffscreenCanvas(under.width, under.height);
    const context = this.layer.getContext('2d');
    for (const look of this.shown(test)) this.draw(context, look, under.width / axes._size.w);
  }

  // All points of one look, each with its rim before the next, so that points stand out from their neighbours.
  draw(context, { meta, marker }, scale) {
    const { n, places, values } = this.part(meta.part);
    const path = outline(marker.symbol, marker.size / 2), rim = marker.line;
    if (rim) [context.lineWidth, context.strokeStyle] = [rim.width, rim.color];
    context.fillStyle = marker.color ?? '';
    for (let i = 0; i < n; i++) {
      if (meta.class !== null && values[i] !== meta.class) continue;
      if (!marker.color) context.fillStyle = onScale(marker, values[i]);
      context.setTransform(scale, 0, 0, scale, scale * places[2 * i], scale * places[2 * i + 1]);
      context.fill(path);
      if (rim) context.stroke(path);
    }
  }

  paint(context) {
    context.save();
    context.resetTransform();
    context.drawImage(this.layer, 0, 0);
    context.restore();
  }

  // Rings around samples of a part, given by their indices; the caller strokes them.
  ring(context, name, indices) {
    const { places } = this.part(name);
    for (const i of indices) {
      context.moveTo(places[2 * i] + 6, places[2 * i + 1]);
      context.arc(places[2 * i], places[2 * i + 1], 6, 0, 2 * Math.PI);
    }
  }

  // The shown sample nearest to a place of the plane in pixels, or null if none lies within `reach`. Of two at the same
  // distance, it is the upper one.
  nearest([x, y], reach) {
    let found = null, least = reach;
    for (const part of this.layer ? this.parts : []) {
      if (part.name === 'test' && !this.test) continue;
      const { n, places } = part;
      for (let i = 0; i < n; i++) {
        const distance = Math.hypot(places[2 * i] - x, places[2 * i + 1] - y);
        if (distance <= least) [found, least] = [{ part, i }, distance];
      }
    }
    return found && this.sample(found);
  }

  sample({ part: { name, xy, row, values, places }, i }) {
    const [x, y] = [xy[2 * i], xy[2 * i + 1]];
    return { part: name, index: row[i], x, y, target: values[i], at: [places[2 * i], places[2 * i + 1]] };
  }

  // A sample in words, in two lines.
  words({ part, index, x, y, target }) {
    const { task, classes, target: name } = this.run;
    const value = task === 'regression' ? `${name} ${digits(target)}` : classes[target];
    return `${part} sample ${index}: ${value}\n(${digits(x)}, ${digits(y)})`;
  }
}
