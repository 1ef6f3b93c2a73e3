// The steps of the Backpropagation page: Forward, Loss, Backward, Update as chips, and below them the parts of
// Backward. The arrow keys go through all of them.

import { element } from '../dom.js';

const CHIPS = [['Forward', 'forward'], ['Loss', 'loss'], ['Backward', 'layer'], ['Update', 'update']];
const BACKWARD = ['layer', 'weight', 'samples'];

export class Steps {
  // go({card, l, unit, source}): called by a click or a key.
  constructor(go) {
    this.go = go;
    this.box = element('nav', { class: 'steps', 'aria-label': 'Steps', hidden: '' });
    this.box.addEventListener('keydown', (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation(); // these keys move the timeline everywhere else
      this.move(by);
    });
  }

  // All stops in their order, the layers from the last to the first.
  get stops() {
    const layers = Array.from({ length: this.last }, (_, k) => ({ card: 'layer', l: this.last - k }));
    const [before, after] = [['forward', 'loss'], ['weight', 'samples', 'update']];
    return [...before.map((card) => ({ card })), ...layers, ...after.map((card) => ({ card }))];
  }

  get place() {
    const { card, l } = this.at;
    return this.stops.findIndex((stop) => stop.card === card && (card !== 'layer' || stop.l === l));
  }

  move(by) {
    const stop = this.stops[this.place + by];
    if (stop) this.visit(stop);
  }

  // Go to a stop; a layer's first unit is chosen, unless one of its units is chosen already.
  visit({ card, l }) {
    this.go({ card, ...(l === undefined || l === this.at.l ? {} : { l, unit: 1, source: 1 }) });
  }

  show(data, at) {
    this.box.hidden = data.loss === undefined;
    if (this.box.hidden) return;
    Object.assign(this, { at, last: data.units.length - 1 });
    const focus = this.box.contains(document.activeElement) ? document.activeElement.dataset.stop : null;
    const chip = (text, stop, current, label = null) => element('button', {
      type: 'button', 'data-stop': text, 'aria-current': current ? 'step' : null, 'aria-label': label,
      onclick: () => this.visit(stop),
    }, text);
    const end = (by, text, words) => element('button', {
      type: 'button', class: 'end', 'data-stop': text, title: `${words} (arrow key)`, 'aria-label': words,
      disabled: this.stops[this.place + by] ? null : '', onclick: () => this.move(by),
    }, text);
    const within = BACKWARD.includes(at.card);
    const chips = CHIPS.map(([name, card], k) => {
      const backward = card === 'layer', stop = backward ? { card, l: this.last } : { card };
      return chip(`${k + 1} ${name}`, stop, card === at.card || (backward && within));
    });
    const ends = [end(-1, '‹', 'Previous step'), end(1, '›', 'Next step')];
    const rows = [element('div', { class: 'chips' }, ends[0], ...chips, ends[1])];
    if (within) rows.push(element('div', { class: 'parts' }, ...this.parts(chip)));
    this.box.replaceChildren(...rows);
    if (!focus) return;
    const same = this.box.querySelector(`[data-stop="${focus}"]:enabled`);
    (same ?? this.box.querySelector('[aria-current]')).focus();
  }

  parts(chip) {
    const { at, last } = this;
    const layers = this.stops.filter(({ card }) => card === 'layer').map((stop) => {
      const is = at.card === 'layer' && at.l === stop.l;
      return chip(last < 4 ? `Layer ${stop.l}` : `${stop.l}`, stop, is, `Layer ${stop.l}`);
    });
    return [...layers, chip('One weight', { card: 'weight' }, at.card === 'weight'),
      chip('Many samples', { card: 'samples' }, at.card === 'samples')];
  }
}
