// A network as a diagram of one pass: numbers in its units and on its edges. On the Backpropagation page it also has
// the steps Forward, Loss, Backward, Update; each step shows other numbers. A click on a unit or an edge chooses it.

import { layerColour, mix, rgb } from '../colours.js';
import { download, element, saveButton, sheet, svg } from '../dom.js';
import { HEADER, ends, heightAt, placed } from '../geometry.js';
import { formatNumber } from '../numbers.js';
import { Steps } from './steps.js';
import { mount } from './view.js';

const FADED = 0.18;
const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const number = (value) => (value === null || value === undefined ? value : Number(value));

// A number short enough for a unit, with so many significant digits.
function short(value, precision = 3) {
  if (value === null) return '?';
  if (!Number.isFinite(value) || value === 0) return formatNumber(value);
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e4 ? value.toExponential(1).replace('e+', 'e')
    : String(+value.toPrecision(precision));
}

const digits = (value) => (value === null ? '?' : Number.isFinite(value) ? String(value) : formatNumber(value));
const limit = (values) => Math.max(...values.map(Math.abs).filter(Number.isFinite), 0) || 1;
const css = ([r, g, b]) => `rgb(${r},${g},${b})`;

// What a step shows of a unit (l, unit) and of an edge (l, i, j), from unit j below to unit i of layer l: the name of
// its number, or null for none, and whether it is lit. chosen {l, unit, source}: what is looked at.
const values = { node: () => ['a', true], edge: () => ['wa', true] };
const VIEWS = {
  forward: values,
  loss: { node: (l, unit, { last }) => ['a', l === last], edge: () => ['wa', false] },
  layer: {
    node: (l, unit, { chosen: c }) => (l >= c.l ? ['delta', l <= c.l + 1] : [null, false]),
    edge: (l, i, j, { chosen: c }) => (l < c.l ? [null, false] : [l === c.l + 1 ? 'wd' : 'dw', l <= c.l + 1]),
  },
  weight: {
    node: (l, unit, { chosen: c }) => {
      if (l === c.l - 1 && unit === c.source) return ['a', true];
      return l >= c.l ? ['delta', (l === c.l && unit === c.unit) || l === c.l + 1] : ['a', false];
    },
    edge: (l, i, j, { chosen: c }) => {
      if (l === c.l) return ['dw', i === c.unit && j === c.source];
      return l === c.l + 1 ? ['wd', j === c.unit] : [null, false];
    },
  },
  samples: { node: (l) => (l ? ['delta', true] : [null, false]), edge: () => ['dw', true] },
  update: { node: (l) => (l ? ['step', true] : [null, false]), edge: () => ['step', true] },
};
const NAMES = { a: 'a', z: 'z', b: 'b', slope: 'g′', delta: 'δ', step: 'change of b' };
const EDGES = { wa: 'w·a', wd: 'w·δ', dw: 'gradient dW', step: 'change of W' };

class Flow {
  constructor({ parentElement }) {
    this.steps = new Steps((at) => this.go(at));
    this.stage = element('div', { class: 'stage' });
    this.readout = element('p', { class: 'readout' });
    this.save = element('span');
    this.root = element('section', { class: 'ffbp-flow' }, this.steps.box, this.stage,
      element('div', { class: 'foot' }, this.readout, this.save));
    parentElement.append(this.root);
    this.sized = new ResizeObserver(() => this.draw());
    this.sized.observe(this.stage);
    this.root.addEventListener('keydown', (event) => this.key(event));
  }

  show(bytes, theme) {
    const data = JSON.parse(new TextDecoder().decode(bytes));
    const look = `${data.id} ${theme.dark} ${theme.background}`;
    if (look === this.look) return;
    Object.assign(this, { data, look, theme });
    this.sent ??= data.heard;
    if (data.heard >= this.sent) this.at = { ...data.at }; // else the person has gone on meanwhile
    this.root.setAttribute('aria-label', data.title);
    this.save.replaceChildren(saveButton(data.title, () => this.picture()));
    this.draw();
    this.root.dataset.shown = data.id;
  }

  // Choose a unit or an edge, or go to a step: at once here, then on the page.
  go(change) {
    this.sent += 1;
    this.at = { ...this.at, ...change };
    this.draw();
    this.component.setTriggerValue('choice', { ...this.at, n: this.sent });
  }

  get view() {
    return VIEWS[this.at.card] ?? values;
  }

  draw() {
    const width = this.stage.clientWidth, { data } = this;
    if (!data || !width) return;
    const { units, names, loss } = data;
    this.steps.show(data, this.at);
    const tallest = Math.max(...units.map((own) => own.length));
    const needed = Math.max((tallest > 6 ? 34 : 48) * tallest + 50, 190);
    const height = Math.round(Math.min(needed, 450, 0.52 * window.innerHeight + 60));
    const left = 12 + 6.5 * Math.max(...names.inputs.map((name) => Math.min(name.length, 9)));
    const right = loss === undefined ? 16 : 84;
    const column = (width - left - right) / units.length;
    const wide = Math.max(22, Math.min(56, column * (units.length > 6 ? 0.74 : 0.62)));
    const side = Math.max(12, Math.min(30, (height - 36) / tallest - 4));
    this.nodes = placed(units.map((own) => own.length), { width, height, left, right, wide, side });
    this.nodeOf = new Map(this.nodes.map((node) => [`${node.l},${units[node.l][node.i]}`, node]));
    const focus = this.stage.querySelector(':focus')?.dataset.unit;
    this.picture_ = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', class: 'network' });
    this.picture_.setAttribute('aria-label', data.alternative);
    this.edges();
    if (loss !== undefined) this.loss(width, height);
    for (const node of this.nodes) this.node(node);
    this.heads();
    this.stage.replaceChildren(this.picture_);
    if (focus) this.stage.querySelector(`[data-unit="${focus}"]`)?.focus();
    this.say();
  }

  // What the views need to know.
  get now() {
    const { l, unit, source } = this.at;
    return { chosen: { l, unit: unit - 1, source: source - 1 }, last: this.data.units.length - 1 };
  }

  edges() {
    const { data: { edges, flows, colours, labelled }, view, at, now } = this;
    this.drawnEdges = edges.map(([l, i, j], k) => {
      const [wanted, lit] = view.edge(l, i, j, now);
      const name = flows[wanted] ? wanted : null; // the numbers of a step may still be on their way
      const chosen = l === at.l && i === at.unit - 1 && j === at.source - 1;
      return { l, i, j, k, name, lit, chosen, value: name && number(flows[name][k]) };
    });
    const font = getComputedStyle(this.root).fontFamily, labels = [];
    const lit = (name) => this.drawnEdges.filter((edge) => edge.name === name && edge.lit).map(({ value }) => value);
    const limits = Object.fromEntries(Object.keys(flows).map((name) => [name, limit(lit(name))]));
    for (const edge of [...this.drawnEdges].sort((a, b) => a.lit - b.lit || a.chosen - b.chosen)) {
      const { l, i, j, name, chosen, value } = edge;
      const line = ends(this.nodeOf.get(`${l - 1},${j}`), this.nodeOf.get(`${l},${i}`)), [x1, y1, x2, y2] = line;
      const share = name && edge.lit && value !== null ? Math.min(1, Math.abs(value) / limits[name] || 0) : 0.05;
      const d = `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
      const colour = !name || value === 0 || value === null ? this.theme.border
        : value < 0 ? colours.negative : colours.positive;
      this.picture_.append(svg('path', {
        d, fill: 'none', stroke: colour, 'stroke-width': chosen ? Math.max(2.5, 0.8 + 6 * share) : 0.8 + 6 * share,
        'stroke-dasharray': value < 0 ? '8 3' : 'none', opacity: edge.lit ? 0.45 + 0.55 * Math.sqrt(share) : FADED,
        'data-edge': `${l},${i + 1},${j + 1}`, class: edge.lit ? 'lit' : '',
      }), svg('path', { d, fill: 'none', stroke: 'transparent', 'stroke-width': 11, class: 'edge' }));
      const touch = this.picture_.lastChild;
      touch.addEventListener('pointerenter', () => this.say(this.edgeInWords(edge)));
      touch.addEventListener('pointerleave', () => this.say());
      touch.addEventListener('click', () => this.clickEdge(edge));
      const written = at.card === 'weight' ? edge.lit : labelled && edge.lit;
      if (written && name && value !== 0) labels.push([line, (i + j) % 2 ? 0.32 : 0.6, this.label(edge)]);
    }
    for (const [line, share, text] of labels) {
      const x = line[0] + share * (line[2] - line[0]), y = heightAt(line, share);
      this.picture_.append(svg('text', {
        x, y: y - 5, 'text-anchor': 'middle', 'font-size': 12, 'font-family': font, fill: this.theme.text,
        stroke: this.theme.background, 'stroke-width': 4, 'paint-order': 'stroke', class: 'label',
      }, text));
    }
  }

  // The number written on an edge; beside a chosen weight, the factor by which it passes delta back.
  label({ k, name, value }) {
    if (this.at.card !== 'weight') return short(value);
    return name === 'dw' ? `dW ${short(value)}` : `× ${short(number(this.data.flows.w[k]))}`;
  }

  node(node) {
    const { data, theme, at, view, now } = this, { l, i, x, y, wide, side } = node, unit = data.units[l][i];
    const [wanted, lit] = view.node(l, unit, now);
    const name = data.nodes[wanted]?.[l] ? wanted : null;
    const value = name ? number(data.nodes[name][l][i]) : undefined;
    const shut = name === 'delta' && data.nodes.slope?.[l]?.[i] === 0;
    const share = name && Number.isFinite(value) ? value / (1.6 * limit(data.nodes[name][l].map(number))) : 0;
    const ground = rgb(theme.background.startsWith('#') ? theme.background : '#ffffff');
    const fill = mix(ground, rgb(share < 0 ? data.colours.negative : data.colours.positive), Math.abs(share));
    const chosen = l === at.l && unit === at.unit - 1;
    const rim = l ? layerColour(data.colours, theme, l) : theme.text;
    const group = svg('g', { opacity: lit || at.card === 'forward' ? 1 : 0.45, class: lit ? 'node lit' : 'node' });
    group.append(svg('rect', {
      x, y, width: wide, height: side, rx: 5, fill: value === undefined ? theme.background : css(fill), stroke: rim,
      'stroke-width': chosen ? 4 : 1.5, 'stroke-dasharray': shut ? '3 3' : 'none',
    }));
    const text = value === undefined ? '·' : shut ? '0' : short(value, wide < 44 ? 2 : 3);
    group.append(svg('text', {
      x: x + wide / 2, y: y + side / 2 + 4, 'text-anchor': 'middle', fill: theme.text,
      'font-size': Math.max(8, Math.min(13, (wide - 4) / (0.58 * Math.max(text.length, 4)))),
      'font-family': getComputedStyle(this.root).fontFamily, 'font-weight': chosen ? 700 : 400,
    }, text));
    if (l) {
      const stop = this.nodes.some((other) => other.l === at.l && data.units[other.l][other.i] === at.unit - 1);
      const isStop = stop ? chosen : l === 1 && i === 0;
      const options = { role: 'button', tabindex: isStop ? 0 : -1, 'aria-label': this.nodeInWords(node) };
      for (const [key, value_] of Object.entries({ ...options, 'data-unit': `${l},${unit + 1}` })) {
        group.setAttribute(key, value_);
      }
      group.setAttribute('aria-pressed', chosen);
      group.addEventListener('click', () => this.clickUnit(l, unit));
      group.addEventListener('focus', () => this.say(this.nodeInWords(node)));
      group.addEventListener('blur', () => this.say());
    }
    group.addEventListener('pointerenter', () => this.say(this.nodeInWords(node)));
    group.addEventListener('pointerleave', () => this.say());
    this.picture_.append(group);
  }

  // The names above the layers and beside the inputs, and how many units are not drawn.
  heads() {
    const { data: { units, sizes, names, activations }, theme, nodes } = this;
    const look = { fill: theme.text, 'font-family': getComputedStyle(this.root).fontFamily };
    const write = (x, y, text, size, anchor) => this.picture_.append(
      svg('text', { x, y, 'font-size': size, 'text-anchor': anchor, ...look }, text));
    const cut = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);
    const many = units.length > 6;
    units.forEach((own, l) => {
      const { x, y, wide, side } = nodes.filter((node) => node.l === l).at(-1);
      write(x + wide / 2, HEADER - 6, l ? many ? String(l) : activations[l - 1] : many ? 'in' : 'input', 12, 'middle');
      if (own.length < sizes[l]) write(x + wide / 2, y + side + 13, `+${sizes[l] - own.length}`, 12, 'middle');
    });
    for (const { l, i, x, y, side } of nodes) {
      if (!l) write(x - 5, y + side / 2 + 4, cut(names.inputs[i], 9), 12, 'end');
    }
  }

  // The loss, to the right of the outputs.
  loss(width, height) {
    const { data, theme, at } = this, lit = at.card === 'loss', wide = 58;
    const x = width - wide - 2, y = HEADER + (height - 36) / 2 - 20;
    for (const node of this.nodes.filter(({ l }) => l === data.units.length - 1)) {
      const [x1, y1, x2, y2] = ends(node, { x, y: y + 5, side: 30 });
      const d = `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
      this.picture_.append(svg('path', { d, fill: 'none', stroke: theme.text, opacity: lit ? 0.8 : 0.25 }));
    }
    const look = { 'text-anchor': 'middle', fill: theme.text, 'font-family': getComputedStyle(this.root).fontFamily };
    this.picture_.append(svg('g', { opacity: lit ? 1 : 0.5, class: lit ? 'lossnode lit' : 'lossnode' },
      svg('rect', { x, y, width: wide, height: 40, rx: 20, fill: theme.panel, stroke: theme.text,
        'stroke-width': lit ? 3 : 1 }),
      svg('text', { x: x + wide / 2, y: y + 16, 'font-size': 11, ...look }, 'loss'),
      svg('text', { x: x + wide / 2, y: y + 31, 'font-size': 12, 'font-weight': 700, ...look },
        short(number(data.loss)))));
  }

  nodeInWords({ l, i }) {
    const { data: { nodes, units, names, n } } = this, unit = units[l][i], outputs = names.outputs;
    const found = Object.entries(NAMES).filter(([name]) => (nodes[name]?.[l]?.[i] ?? undefined) !== undefined);
    const last = l === units.length - 1 && outputs.length > unit ? ` (output ${outputs[unit]})` : '';
    const of = n > 1 ? { a: 'mean a', delta: 'sum of δ = db' } : {};
    const numbers = found.map(([name, text]) => `${of[name] ?? text} = ${digits(number(nodes[name][l][i]))}`);
    return `${l ? `layer ${l}, unit ${unit + 1}${last}` : `input ${names.inputs[i]}`}: ${numbers.join(', ')}`;
  }

  edgeInWords({ l, i, j, k, name }) {
    const { flows } = this.data;
    const extra = name ? `, ${EDGES[name]} = ${digits(number(flows[name][k]))}` : '';
    return `W[${l}][${i + 1},${j + 1}] = ${digits(number(flows.w[k]))}${extra}`;
  }

  say(text) {
    const said = text ?? this.data.captions[this.at.card].replaceAll('{l}', this.at.l);
    this.readout.textContent = said;
    this.readout.classList.toggle('numbers', text !== undefined);
  }

  clickUnit(l, unit) {
    const opens = ['layer', 'weight'].includes(this.at.card);
    this.go({ ...(opens ? { card: 'layer' } : {}), l, unit: unit + 1, source: this.at.l === l ? this.at.source : 1 });
  }

  clickEdge({ l, i, j }) {
    const opens = ['loss', 'layer', 'forward'].includes(this.at.card) && this.data.loss !== undefined;
    this.go({ ...(opens ? { card: 'weight' } : {}), l, unit: i + 1, source: j + 1 });
  }

  key(event) {
    const { unit: own } = event.target.dataset ?? {}, move = MOVES[event.key];
    if (!own) return;
    const [l, unit] = own.split(',').map(Number), { units } = this.data;
    const opens = event.key === 'Enter' || event.key === ' ';
    if (!opens && !move) return;
    event.preventDefault();
    event.stopPropagation(); // some of these keys move the timeline everywhere else
    if (opens) this.clickUnit(l, unit - 1);
    else {
      const to = l + move[0], place = units[l].indexOf(unit - 1) + move[1];
      const next = units[to]?.[Math.min(place, units[to].length - 1)];
      if (to && next !== undefined) this.stage.querySelector(`[data-unit="${to},${next + 1}"]`)?.focus();
    }
  }

  async picture() {
    const { width, height } = this.picture_.viewBox.baseVal;
    const [canvas, context] = sheet(width, height, this.theme.background);
    const image = new Image();
    const text = new XMLSerializer().serializeToString(this.picture_);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    context.drawImage(image, 0, 0, width, height);
    download(`ffbp-${this.data.file}.png`, canvas.toDataURL('image/png'));
  }

  close() {
    this.sized.disconnect();
  }
}

export default mount(Flow);
