// The network's output over the plane at a frame: as a picture, as numbers for the contour, in words at a place. The
// packed maps are coarse; the server sends finer ones with exact numbers for a frame at rest.

import { scalesOf } from '../colours.js';
import { formatNumber } from '../numbers.js';

const CURVE_DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

// A moment is {row, fine, one, hard}: row is the frame's place in the maps, fine the frame's finer map or null, one the
// index of the only class to show or null, hard whether to show decisions instead of outputs.
export class Surface {
  constructor(run) {
    this.run = run;
    this.map = run.boundary;
    this.is_line = this.map.kind === 'line';
  }

  recolour(theme) {
    this.scales = scalesOf(this.run.palette, theme);
  }

  // The outputs of several sigmoids are not probabilities, because they do not add up to one.
  outputOf(name) {
    return `${this.run.gives_probabilities ? 'p' : 'output'}(${name})`;
  }

  side({ fine, one }) {
    return fine ? fine.n : one === null ? this.map.n : this.map.each_n;
  }

  // The output of the moment's one class: index of a cell -> p.
  classMap({ row, fine, one }) {
    const { map, run } = this;
    const n = fine ? fine.n : map.each_n;
    if (fine) return (i) => fine.each[one * n * n + i] / 65535;
    const start = (row * run.classes.length + one) * n * n;
    return (i) => map.each[start + i] / 255;
  }

  // Index of a cell -> output; with several classes, that of the winning class.
  valueMap({ row, fine }) {
    const { map } = this;
    if (fine) return (i) => fine.values[i];
    const start = row * map.n * map.n;
    const [low, high] = map.lows ? [map.lows[row], map.highs[row]] : [map.low, map.high];
    return (i) => low + ((high - low) * map.values[start + i]) / 255;
  }

  winnerMap({ row, fine }) {
    const start = fine ? 0 : row * this.map.n * this.map.n;
    const { winner } = fine ?? this.map;
    return (i) => winner[start + i];
  }

  // The moment as a canvas of n by n pixels. numbers: the values for a contour, or null for several classes.
  cells(moment) {
    const n = this.side(moment), count = n * n;
    if (this.pixels?.length !== count) {
      this.pixels = new Uint32Array(count);
      this.numbers = new Float32Array(count);
      this.heat = new OffscreenCanvas(n, n);
      this.image = new ImageData(new Uint8ClampedArray(this.pixels.buffer), n, n);
    }
    const regions = this.map.kind === 'regions' && moment.one === null;
    const colouring = moment.one !== null ? 'classColour' : regions ? 'regionColour' : 'valueColour';
    const colour = this[colouring](moment);
    for (let j = 0; j < n; j++) { // the canvas's rows run downwards
      for (let i = 0; i < n; i++) this.pixels[(n - 1 - j) * n + i] = colour(j * n + i);
    }
    this.heat.getContext('2d').putImageData(this.image, 0, 0);
    return { n, heat: this.heat, numbers: regions ? null : this.numbers };
  }

  classColour(moment) {
    const { numbers, scales } = this;
    const p = this.classMap(moment), scale = scales.classes[moment.one % scales.classes.length];
    return (i) => {
      const v = (numbers[i] = p(i));
      return scale[moment.hard ? (v > 0.5 ? 255 : 0) : (v * 255) | 0];
    };
  }

  regionColour(moment) {
    const { map, scales } = this;
    const value = this.valueMap(moment), winner = this.winnerMap(moment), span = map.high - map.low || 1;
    const share = (i) => Math.round(((value(i) - map.low) / span) * 255) | 0;
    const shade = (i) => (moment.hard ? 190 : Math.min(255, Math.max(40, share(i))));
    return (i) => scales.classes[winner(i) % scales.classes.length][shade(i)];
  }

  valueColour(moment) {
    const { map, numbers, scales } = this;
    const value = this.valueMap(moment), span = map.high - map.low || 1;
    const hard = moment.hard && map.kind === 'probability';
    return (i) => {
      const v = (numbers[i] = value(i));
      const t = hard ? (v > 0.5 ? 255 : 0) : ((v - map.low) / span) * 255;
      return scales.output[t < 0 ? 0 : t > 255 ? 255 : t | 0];
    };
  }

  paintCurves(context, row, { toX, toY }) {
    const { run, map: { curves, n } } = this;
    const count = curves.shape[1];
    const [x0, x1] = run.plane.x;
    for (let k = 0; k < count; k++) {
      context.beginPath();
      for (let i = 0; i < n; i++) {
        const x = toX(x0 + ((i + 0.5) * (x1 - x0)) / n), y = toY(curves[(row * count + k) * n + i]);
        if (i) context.lineTo(x, y);
        else context.moveTo(x, y);
      }
      context.setLineDash(CURVE_DASHES[k % CURVE_DASHES.length]);
      context.lineWidth = 3;
      context.strokeStyle = count > 1 ? run.palette.classes[k % run.palette.classes.length] : run.palette.cursor;
      context.stroke();
    }
    context.setLineDash([]);
  }

  // The output at a place of the plane in words; '' outside the map.
  read(moment, x, y) {
    const { run, map } = this;
    const { row, fine, one } = moment;
    const n = this.is_line ? map.n : this.side(moment);
    const cell = (value, [low, high]) => Math.floor(((value - low) / (high - low)) * n);
    const i = cell(x, run.plane.x), j = this.is_line ? 0 : cell(y, run.plane.y);
    if (i < 0 || i >= n || j < 0 || j >= n) return '';
    if (this.is_line) {
      const count = map.curves.shape[1];
      const values = Array.from({ length: count }, (_, k) => formatNumber(map.curves[(row * count + k) * n + i]));
      return `${values.join(', ')} at ${formatNumber(x)}`;
    }
    const at = j * n + i, place = `at (${formatNumber(x)}, ${formatNumber(y)})`;
    if (one !== null) {
      const p = this.classMap(moment)(at);
      return `${this.outputOf(run.classes[one])} ≈ ${p.toFixed(fine ? 4 : 2)} ${place}`;
    }
    const value = this.valueMap(moment)(at);
    const text = fine ? formatNumber(value) : value.toFixed(2);
    if (map.kind === 'regions') {
      return `${run.classes[this.winnerMap(moment)(at)]}: ${fine ? '' : '≈ '}${text} ${place}`;
    }
    const name = map.kind === 'probability' ? `p(${run.classes[1]})` : run.target;
    return `${name} ${fine ? '=' : '≈'} ${text} ${place}`;
  }
}
