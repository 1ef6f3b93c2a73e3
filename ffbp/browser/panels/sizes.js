// Two buttons below each hidden layer of the diagram, which add and remove a unit.

import { element } from '../dom.js';

const finger = window.matchMedia('(pointer: coarse)'); // needs larger buttons

export class Sizes {
  // report(hidden, at): the wanted number of units of each hidden layer, and when they were wanted.
  constructor(report) {
    this.report = report;
    this.wanted = this.answered = 0; // the time of the last click, and of the last one that the server has heard
    this.box = element('div', { class: 'sizes', role: 'group', 'aria-label': 'Units of the hidden layers' });
  }

  // A run of a network with these layers, inputs and outputs included, and the largest number of units of a layer.
  // Runs come between quick clicks: an earlier click's run does not take back what was wanted since.
  show(sizes, most) {
    const hidden = sizes.slice(1, -1);
    if (this.wanted > this.answered && this.hidden.length === hidden.length) return;
    this.hidden = hidden;
    this.most = most;
    if (this.layers?.length !== this.hidden.length) this.build();
    this.layers.forEach((layer, l) => this.count(layer, this.hidden[l]));
  }

  // The server has heard what was wanted until then: it has become the run, or was given up.
  answer(at) {
    this.answered = at;
  }

  build() {
    const button = (l, step, text, label) => element('button', {
      type: 'button', text, 'aria-label': label, title: label, onclick: () => this.change(l, step),
    });
    this.layers = this.hidden.map((_, l) => {
      const [less, more] = [button(l, -1, '−', `Remove a unit from layer ${l + 1}`),
        button(l, 1, '+', `Add a unit to layer ${l + 1}`)];
      const count = element('span', { 'aria-hidden': 'true' });
      return { less, count, more, box: element('div', {}, less, count, more) };
    });
    this.box.replaceChildren(...this.layers.map(({ box }) => box));
  }

  count({ less, count, more }, units) {
    count.textContent = units;
    less.disabled = units <= 1;
    more.disabled = units >= this.most;
  }

  // Clicks follow each other faster than runs, so each counts from the number that is wanted.
  change(l, step) {
    this.hidden[l] += step;
    this.count(this.layers[l], this.hidden[l]);
    this.wanted = performance.now();
    this.report([...this.hidden], this.wanted);
  }

  // The pixels that the buttons take below the units, where layers are so far apart. Where they are close, the number
  // of units does not stand between the buttons.
  room(step) {
    this.box.style.setProperty('--step', `${Math.floor(step) - 2}px`);
    this.narrow = step < (finger.matches ? 106 : 74);
    if (!finger.matches) return 12;
    return this.narrow ? 70 : 28;
  }

  // Put the buttons below the layers, whose middles are at these places.
  place(middles) {
    this.layers.forEach(({ box, count }, l) => {
      box.style.left = `${middles[l + 1]}px`;
      count.hidden = this.narrow;
      box.classList.toggle('narrow', this.narrow);
    });
  }
}
