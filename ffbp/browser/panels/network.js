// The network as a diagram: a weight is a line of corresponding width, a unit its map over the plane, a bias a dot.

import { layerColour, scalesOf } from '../colours.js';
import { element, sheet } from '../dom.js';
import { FOOTER, HEADER, ends, heightAt, placed } from '../geometry.js';
import { formatNumber } from '../numbers.js';
import { Parameters, nameOf } from './parameters.js';
import { Sizes } from './sizes.js';
import { Units } from './units.js';

const CHOSEN = 'The diagram shows the first units of each layer and the weights between them that are largest at the '
  + 'end of the training, among them the largest into each unit. All others are on the Forward pass page.';
const RIGHT = 24; // pixels beside the last units, with small letters
const FADED = 0.12; // how much stays of the edges that do not belong to the chosen unit

// Which part of the network the diagram shows; empty if it shows everything.
function drawnInWords({ sizes, shown, edges }) {
  const part = (size, l) => (shown[l] < size ? `${shown[l]} of ${size} ${l ? 'units' : 'inputs'}` : '');
  const parts = sizes.map(part).filter(Boolean);
  const between = sizes.slice(1).reduce((sum, _, l) => sum + shown[l] * shown[l + 1], 0);
  if (!parts.length) return edges.length < between ? `${edges.length} of ${between} weights drawn` : '';
  const weights = edges.length < between ? `${edges.length} of the ${between}` : `all ${between}`;
  return `${[...new Set(parts)].join(', ')} drawn, ${weights} weights between them`;
}

export class NetworkPanel {
  constructor(player, name) {
    this.player = player;
    this.name = name;
    this.region = player.regionOf(this, 'Network');
    this.canvas = element('canvas', { class: 'diagram', role: 'img' });
    this.chosen = -1; // the unit that is pointed at or has the focus
    const { onUnit, onSizes, onWeight, onGradient } = player.options;
    this.units = new Units({
      name: (k) => this.nodeInWords(k),
      show: (k) => this.choose(k),
      opens: (k) => Boolean(onUnit && this.nodes[k].l),
      open: (k, event) => {
        if (!this.parameters?.takes(event)) onUnit(this.nodes[k].l, this.nodes[k].i + 1);
      },
      edit: onWeight ? (k) => this.parameters.showUnit(k) : null,
    });
    const named = (report) => ({ l, i, j }, ...more) => report(l, i + 1, (j ?? this.network.sizes[l - 1]) + 1, ...more);
    this.parameters = onWeight ? new Parameters(this, { set: named(onWeight), open: named(onGradient) }) : null;
    this.sizes = onSizes ? new Sizes(onSizes) : null;
    const boxes = [this.units, this.sizes, this.parameters].filter(Boolean).map(({ box }) => box);
    this.region.stage.append(this.canvas, ...boxes);
    this.canvas.addEventListener('click', (event) => this.parameters?.click(event));
    this.canvas.addEventListener('pointermove', (event) => this.hover(event));
    this.canvas.addEventListener('pointerleave', () => this.region.say(this.drawn || ''));
  }

  show(run) {
    this.parameters?.hide();
    this.run = run;
    this.network = run.network;
    [this.nodes, this.exact] = [null, null];
    this.chosen = -1;
    this.drawn = drawnInWords(run.network);
    this.region.say(this.drawn);
    this.region.readout.title = this.drawn && CHOSEN;
    this.showSizes();
  }

  showSizes() {
    this.sizes?.show(this.network.sizes, this.network.most_units);
  }

  receive(network) {
    Object.assign(this.network, network);
  }

  // Take over the exact parameters of a frame, and their gradients.
  refine({ frame, parameters, answered }) {
    this.sizes?.answer(answered);
    this.showSizes();
    if (!parameters) return;
    this.exact = { frame, ...parameters };
    this.parameters?.update();
  }

  draw() {
    this.scales = scalesOf(this.run.palette, this.player.theme);
    const { shown, sizes, inputs, maps, map_side } = this.network;
    const { clientWidth: width, clientHeight: whole } = this.region.stage;
    const height = whole - (this.sizes?.room(width / (shown.length - 0.5)) ?? 0);
    const scale = window.devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [width * scale, whole * scale];
    const least = this.player.presenter.least / (shown.length > 6 ? 9 : 11); // the smallest letters below
    const size = (this.size = Math.max(this.region.letter / 13, least));
    const room = height - (HEADER + FOOTER) * size;
    const across = (width - 70 * size) / shown.length - 22, down = room / Math.max(...shown) - 3;
    const side = Math.max(10, Math.min(40 * size, down, across));
    const left = (12 + 6.5 * Math.max(...inputs.map((name) => Math.min(name.length, 9)))) * size;
    const more = ({ l, i }) => (i === shown[l] - 1 ? sizes[l] - shown[l] : 0);
    this.nodes = placed(shown, { width, height, left, right: RIGHT * size, wide: side, side, size })
      .map((node) => ({ ...node, more: more(node) }));
    this.nodeOf = new Map(this.nodes.map((node) => [`${node.l},${node.i}`, node]));
    this.atlas = maps ? new OffscreenCanvas(map_side[0] * this.nodes.length, map_side[1]) : null;
    this.atlasImage = maps ? new ImageData(this.atlas.width, this.atlas.height) : null;
    this.units.place(this.nodes);
    this.sizes?.place(shown.map((_, l) => this.nodeOf.get(`${l},0`).x + side / 2));
    this.repaint();
    this.parameters?.place();
  }

  // Show the k-th unit alone: its edges here, its map over the plane in the boundary panel; with -1 everything again.
  choose(k) {
    const { region, player, player: { boundary, frame } } = this;
    if (!this.nodes || k === this.chosen) return;
    this.chosen = k;
    region.say(k < 0 ? this.drawn : this.nodeInWords(k));
    this.paint(frame);
    boundary?.preview(k >= 0 && this.atlas ? this.mapInWords(k) : null);
    if (k >= 0) player.want();
  }

  // The chosen unit's map at a frame, as a picture of the plane; null until it is here.
  chosenMap(frame) {
    const { chosen, atlas, network: { map_side } } = this, row = this.player.row(frame);
    if (row < 0 || chosen < 0) return null;
    this.single ??= new OffscreenCanvas(...map_side);
    [this.single.width, this.single.height] = map_side;
    this.single.getContext('2d').drawImage(atlas, -chosen * map_side[0], 0);
    return this.single;
  }

  // Whether an edge is the one whose box is open, or leads to or from the chosen unit; true without any.
  stays([l, i, j]) {
    const at = this.parameters?.at;
    if (at) return at.l === l && at.i === i && (at.j ?? j) === j;
    const node = this.nodes[this.chosen];
    return !node || (node.l === l ? node.i === i : node.l === l - 1 && node.i === j);
  }

  // Whether a unit is the chosen one, or in a layer next to it.
  near({ l, i }) {
    const node = this.nodes[this.chosen];
    return !node || Math.abs(node.l - l) === 1 || (node.l === l && node.i === i);
  }

  repaint() {
    this.paint(this.player.frame);
  }

  paint(frame) {
    if (!this.nodes) return;
    this.parameters?.update();
    const row = this.player.row(frame);
    this.region.wait(row < 0);
    if (row < 0) return;
    const context = this.canvas.getContext('2d');
    const scale = window.devicePixelRatio || 1;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.paintEdges(context, row);
    if (this.atlas) this.paintAtlas(row);
    context.textAlign = 'center';
    context.font = `${11 * this.size}px ${getComputedStyle(this.player.root).fontFamily}`;
    this.nodes.forEach((node, k) => this.paintNode(context, row, node, k));
    this.paintNames(context);
  }

  ends([l, i, j]) {
    return ends(this.nodeOf.get(`${l - 1},${j}`), this.nodeOf.get(`${l},${i}`));
  }

  paintEdges(context, row) {
    const { edges, weights, weight_limit } = this.network;
    const { negative, positive } = this.run.palette;
    context.lineCap = 'butt';
    edges.forEach((edge, k) => {
      const w = weights[row * edges.length + k];
      const size = Math.min(1, Math.abs(w) / weight_limit);
      if (!(size > 0)) return;
      const [x1, y1, x2, y2] = this.ends(edge);
      context.beginPath();
      context.setLineDash(w < 0 ? [8, 3] : []);
      context.lineWidth = (0.4 + 5.6 * size) * this.size;
      context.globalAlpha = (0.35 + 0.65 * Math.sqrt(size)) * (this.stays(edge) ? 1 : FADED);
      context.strokeStyle = w < 0 ? negative : positive;
      context.moveTo(x1, y1);
      context.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
      context.stroke();
    });
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  // Draw all units' maps into one image, from which each is copied.
  paintAtlas(row) {
    const { map_side: [w, h], shown, sizes, input_maps, maps } = this.network;
    const { nodes, atlas, atlasImage, scales } = this;
    const pixels = new Uint32Array(atlasImage.data.buffer);
    const units = nodes.length - shown[0], last = sizes.length - 1;
    nodes.forEach((node, k) => {
      const source = node.l ? maps : input_maps;
      const start = (node.l ? row * units + k - shown[0] : k) * w * h;
      const several = sizes[last] > 1 ? scales.classes[node.i % scales.classes.length] : scales.output;
      const scale = node.l === last ? several : scales.signed;
      for (let c = 0; c < w * h; c++) {
        pixels[(h - 1 - Math.floor(c / w)) * atlas.width + k * w + (c % w)] = scale[source[start + c]];
      }
    });
    atlas.getContext('2d').putImageData(atlasImage, 0, 0);
  }

  bias(row, k) {
    const { biases, shown } = this.network;
    return biases[row * biases.shape[1] + k - shown[0]];
  }

  paintNode(context, row, node, k) {
    const { network, player: { theme }, run: { palette } } = this, { x, y, side, l, i, more } = node;
    context.globalAlpha = this.near(node) ? 1 : 0.3;
    context.fillStyle = theme.panel;
    context.fillRect(x, y, side, side);
    if (this.atlas) {
      const [w, h] = network.map_side;
      context.imageSmoothingEnabled = false;
      context.drawImage(this.atlas, k * w, 0, w, h, x, y, side, side);
    }
    context.lineWidth = 1.5;
    context.strokeStyle = l ? layerColour(palette, theme, l) : theme.text;
    context.strokeRect(x, y, side, side);
    if (l) {
      const bias = this.bias(row, k);
      context.beginPath();
      context.arc(x, y + side, 2 + 4 * Math.min(1, Math.abs(bias) / network.weight_limit), 0, 2 * Math.PI);
      context.fillStyle = bias < 0 ? palette.negative : palette.positive;
      context.fill();
      const at = this.parameters?.at, opened = at && at.j === null && at.l === l && at.i === i;
      context.strokeStyle = opened ? theme.text : theme.background;
      context.stroke();
    } else {
      const name = network.inputs[i];
      context.fillStyle = theme.text;
      context.textAlign = 'right';
      context.fillText(name.length > 9 ? `${name.slice(0, 8)}…` : name, x - 4, y + side / 2 + 4 * this.size);
      context.textAlign = 'center';
    }
    context.fillStyle = theme.text;
    const counted = this.sizes && l && l < network.sizes.length - 1; // between the buttons
    if (more && !counted) context.fillText(`+${more}`, x + side / 2, y + side + 12 * this.size);
    context.globalAlpha = 1;
  }

  paintNames(context) {
    const { shown, activations } = this.network;
    context.fillStyle = this.player.theme.text;
    if (shown.length > 6) context.font = context.font.replace(/^[\d.]+px/, `${9 * this.size}px`);
    shown.forEach((_, l) => {
      const { x, side } = this.nodeOf.get(`${l},0`);
      context.fillText(l ? activations[l - 1] : 'input', x + side / 2, 12 * this.size);
    });
  }

  hover(event) {
    const { nodes, player } = this, row = player.row(player.frame);
    if (!nodes || row < 0) return;
    const box = this.canvas.getBoundingClientRect();
    const k = this.edgeAt(event.clientX - box.left, event.clientY - box.top);
    this.region.say(this.edgeInWords(row, k));
    this.canvas.classList.toggle('opens', k >= 0 && Boolean(this.parameters));
  }

  // Where a weight or a bias is drawn: the middle of the edge, or the dot, and how wide the unit beside it is.
  spotOf({ l, i, j }) {
    if (j !== null) {
      const [x1, y1, x2, y2] = this.ends([l, i, j]);
      return [(x1 + x2) / 2, (y1 + y2) / 2, 0];
    }
    const { x, y, side } = this.nodeOf.get(`${l},${i}`);
    return [x, y + side, side];
  }

  focusUnit({ l, i }) {
    this.units.focus(this.nodes.findIndex((node) => node.l === l && node.i === i));
  }

  nodeInWords(k) {
    const { l, i } = this.nodes[k], { inputs, shown } = this.network, row = this.player.row(this.player.frame);
    if (!l) return `input ${inputs[i]}`;
    const bias = row < 0 ? '' : `: b = ${formatNumber(this.bias(row, k))}`;
    return `layer ${l}, unit ${i + 1}${l === shown.length - 1 ? ' (output)' : ''}${bias}`;
  }

  mapInWords(k) {
    const { l, i } = this.nodes[k], { inputs } = this.network, { line } = this.run.plane;
    const where = line ? 'along the line' : 'over the plane';
    return l ? `Layer ${l}, unit ${i + 1}: its output ${where}` : `Input ${inputs[i]}: its value ${where}`;
  }

  edgeInWords(row, k) {
    if (k < 0) return this.drawn;
    const { edges, weights } = this.network, [l, i, j] = edges[k];
    return `${nameOf({ l, i, j })} = ${formatNumber(weights[row * edges.length + k])}`;
  }

  // The index of the nearest edge within a few pixels, or -1.
  edgeAt(px, py, reach = 6) {
    let best = -1, nearest = reach;
    this.network.edges.forEach((edge, k) => {
      const line = this.ends(edge), [x1, , x2] = line;
      if (px < x1 || px > x2) return;
      const distance = Math.abs(heightAt(line, (px - x1) / (x2 - x1)) - py);
      if (distance < nearest) [best, nearest] = [k, distance];
    });
    return best;
  }

  describe(frame) {
    const { sizes, n_weights, edges, weights } = this.network;
    const row = this.player.row(frame);
    const drawn = weights.subarray(row * edges.length, (row + 1) * edges.length);
    const largest = drawn.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const size = row < 0 ? '' : `; the largest drawn has size ${formatNumber(largest)}`;
    const counts = `${n_weights} weights, ${edges.length} drawn${size}.`;
    const text = `Network ${sizes.join(' → ')}. ${counts}${this.drawn && ` ${CHOSEN}`}`;
    this.canvas.setAttribute('aria-label', text);
    return text;
  }

  picture() {
    const { clientWidth: width, clientHeight: height } = this.region.stage;
    const [canvas, context] = sheet(width, height, this.player.theme.background);
    context.drawImage(this.canvas, 0, 0, width, height);
    return canvas;
  }
}
