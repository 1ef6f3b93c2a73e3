// A box beside a weight or a bias of the diagram: its value and its gradient at this frame, a field that sets it as an
// initial value, and the way to its gradient step by step.

import { element } from '../dom.js';
import { formatNumber } from '../numbers.js';

const ASIDE = 14; // pixels between the weight and the box
const [DOT, FINGER] = [8, 16]; // the reach of a bias's dot in pixels, for a pointer and for a finger

// A number as people type it, with a decimal point or comma; NaN for anything else.
function typed(text) {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(number) ? number : NaN;
}

// A parameter is {l, i, j}: of layer l, unit i and its input j, from 0; of the bias j is null.
export function nameOf({ l, i, j }) {
  return j === null ? `b[${l}][${i + 1}]` : `W[${l}][${i + 1},${j + 1}]`;
}

export class Parameters {
  // panel: the diagram. set(parameter, value): for a new initial value; open(parameter): for its gradient.
  constructor(panel, { set, open }) {
    Object.assign(this, { panel, set, open, at: null });
    this.list = element('select', { onchange: () => this.choose(this.choices[this.list.selectedIndex]) });
    this.value = element('p', { class: 'value' });
    const whole = 'Of the total loss, on the whole training set';
    this.slope = element('p', { class: 'slope', title: whole });
    this.field = element('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', size: 8 });
    this.field.addEventListener('input', () => { this.touched = true; this.fail(''); });
    this.go = element('button', { type: 'submit', class: 'go' });
    this.cancel = element('button', { type: 'button', text: 'Cancel', onclick: () => this.close() });
    this.form = element('form', { novalidate: '', onsubmit: (event) => this.submit(event) },
      this.field, this.go, this.cancel);
    this.note = element('p', { class: 'origin' });
    this.error = element('p', { class: 'error', role: 'alert' });
    this.more = element('button', {
      type: 'button', class: 'more', text: 'Its gradient, step by step', onclick: () => this.open(this.at),
    });
    this.shut = element('button', { type: 'button', text: 'Close', onclick: () => this.close() });
    this.box = element('div', { class: 'parameter', role: 'dialog', tabindex: -1, hidden: '' },
      this.list, this.value, this.slope, this.form, this.error, this.note,
      element('div', { class: 'ways' }, this.more, this.shut));
    this.box.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      this.close();
    });
  }

  // Open the box on a parameter. by: 'touch' if a finger did it, because the field would open the keyboard.
  show(parameter, by = '') {
    const { panel: { player } } = this;
    this.box.hidden = false;
    this.choose(parameter);
    if (player.clock.playing) player.clock.toggle();
    else if (this.gradient === null) player.clock.rest(); // the gradient comes with the frame at rest
    if (by === 'touch') this.box.focus();
    else if (this.form.hidden) this.more.focus();
    else this.field.select();
  }

  // Open the box on the bias of the k-th unit; inputs have none.
  showUnit(k) {
    const { l, i } = this.panel.nodes[k];
    if (l) this.show({ l, i, j: null });
  }

  // Whether a click on a unit meant the dot of a bias, which then opens. Dots are nearer to each other than units.
  takes({ clientX, clientY, detail, pointerType }) {
    const { panel: { nodes, canvas } } = this, { left, top } = canvas.getBoundingClientRect();
    const far = ({ x, y, side }) => Math.hypot(clientX - left - x, clientY - top - y - side);
    const nearest = nodes.filter(({ l }) => l).reduce((best, node) => (far(node) < far(best) ? node : best));
    const reach = Math.min(pointerType === 'touch' ? FINGER : DOT, 0.6 * nearest.side);
    if (!detail || far(nearest) > reach) return false;
    this.show({ l: nearest.l, i: nearest.i, j: null }, pointerType);
    return true;
  }

  // A click on the diagram beside the units: an edge opens, under a finger at the second tap.
  click({ clientX, clientY, pointerType }) {
    const { panel, panel: { canvas, network } } = this, { left, top } = canvas.getBoundingClientRect();
    const touch = pointerType === 'touch';
    const k = panel.edgeAt(clientX - left, clientY - top, touch ? FINGER : undefined);
    const known = this.tapped === k;
    this.tapped = k;
    if (touch && !known) panel.region.say(panel.edgeInWords(panel.player.row(panel.player.frame), k));
    else if (k >= 0) {
      const [l, i, j] = network.edges[k];
      this.show({ l, i, j }, pointerType);
    } else if (!this.touched) this.close();
  }

  choose(parameter) {
    const { panel: { network } } = this, { l, i } = parameter, sources = network.edges.filter(
      ([layer, unit]) => layer === l && unit === i).map(([, , j]) => j).sort((a, b) => a - b);
    this.at = parameter;
    this.touched = false;
    this.choices = [null, ...sources].map((j) => ({ l, i, j }));
    const from = (j) => (j === null ? 'the bias' : `from ${l > 1 ? `unit ${j + 1}` : network.inputs[j]}`);
    const options = this.choices.map((one) => element('option', { text: `${nameOf(one)}, ${from(one.j)}` }));
    this.list.replaceChildren(...options);
    this.list.selectedIndex = this.choices.findIndex(({ j }) => j === parameter.j);
    this.list.setAttribute('aria-label', `Weight or bias of layer ${l}, unit ${i + 1}`);
    const name = nameOf(parameter), kind = parameter.j === null ? 'bias' : 'weight';
    this.box.setAttribute('aria-label', `${parameter.j === null ? 'Bias' : 'Weight'} ${name}`);
    this.field.setAttribute('aria-label', `New initial value of ${name}`);
    this.cancel.setAttribute('aria-label', `Cancel, ${name} stays`);
    this.shut.setAttribute('aria-label', `Close ${name}`);
    this.go.textContent = `Set as initial ${kind}`;
    this.form.hidden = network.n_params > network.most_explicit;
    this.shut.hidden = !this.form.hidden;
    this.fail('');
    this.update();
    this.place();
    this.panel.repaint();
  }

  // Show the numbers of the present frame.
  update() {
    if (this.box.hidden) return;
    const { panel: { network, player, exact }, at } = this, { run, frame } = player, row = player.row(frame);
    const k = at.j === null ? this.unitIndex(at) : network.edges.findIndex(
      ([l, i, j]) => l === at.l && i === at.i && j === at.j);
    const known = exact?.frame === frame ? exact : null;
    const [values, slopes] = at.j === null ? ['biases', 'db'] : ['weights', 'dW'];
    const count = network[values].shape[1];
    const value = known ? known[values][k] : row < 0 ? null : network[values][row * count + k];
    this.gradient = known ? known[slopes][k] : null;
    const number = (v) => (v === null ? '…' : formatNumber(v)), epoch = run.history.epoch[frame];
    this.value.textContent = `Value at epoch ${epoch}: ${number(value)}`;
    this.slope.textContent = `Gradient d${nameOf(at)}: ${number(this.gradient)}`;
    if (!this.touched && value !== null) this.field.value = String(+value.toPrecision(5));
    const start = epoch ? `the weights of epoch ${epoch}` : 'these initial weights';
    this.note.textContent = this.form.hidden
      ? `It cannot be set: a link holds at most ${network.most_explicit} initial weights and biases, and this network `
        + `has ${network.n_params}.`
      : `Training starts again from ${start}, with this one changed.`;
  }

  unitIndex({ l, i }) {
    const { nodes, network: { shown } } = this.panel;
    return nodes.findIndex((node) => node.l === l && node.i === i) - shown[0];
  }

  // Put the box beside its weight, inside the player and the window; below or above it where there is no room.
  place() {
    if (this.box.hidden) return;
    const { box, panel, panel: { player, region: { stage } } } = this, { offsetWidth: w, offsetHeight: h } = box;
    const { left, top } = stage.getBoundingClientRect(), [x, y, wide] = panel.spotOf(this.at);
    const whole = player.box.getBoundingClientRect(), [first, last] = [whole.left - left, whole.right - left - w];
    const beside = [x + wide + ASIDE, x - ASIDE - w].find((place) => place >= first && place <= last);
    const lowest = window.innerHeight - 4 - h - top, above = y - ASIDE - h, below = y + ASIDE;
    box.style.left = `${Math.round(beside ?? Math.max(first, Math.min(x - w / 2, last)))}px`;
    const over = below > lowest && above + top > 0 ? above : below;
    box.style.top = `${Math.round(beside === undefined ? over : Math.max(4, Math.min(y - h / 2, lowest)))}px`;
  }

  fail(words) {
    this.error.textContent = words;
    this.field.setAttribute('aria-invalid', Boolean(words));
  }

  submit(event) {
    event.preventDefault();
    const value = typed(this.field.value), { at } = this;
    if (Number.isNaN(value)) {
      this.fail('Type a finite number, such as 0.5 or -2.');
      this.field.focus();
      return;
    }
    this.close();
    this.set(at, value);
  }

  close() {
    if (this.box.hidden) return;
    this.hide();
    this.panel.repaint();
  }

  // Close the box without painting the diagram. The focus goes back from it to its unit.
  hide() {
    const { at, box, panel } = this, inside = box.contains(document.activeElement);
    box.hidden = true;
    [this.at, this.touched] = [null, false];
    if (inside) panel.focusUnit(at);
  }
}
