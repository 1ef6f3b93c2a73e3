// A level in a chart that is moved by the pointer or by the arrow keys, such as the loss that counts as a success.

import { element } from '../dom.js';
import { formatNumber } from '../numbers.js';

const STEPS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
const plain = (value) => value.toFixed(12).replace(/\.?0+$/, ''); // a screen reader's number has no exponent
const REST = 500; // milliseconds after the last key, after which the level is reported

export class Goal {
  // report(value): called when the level rests.
  constructor(root, report) {
    this.report = report;
    this.label = element('span');
    this.line = element('div', { class: 'goal', role: 'slider', tabindex: 0, 'aria-orientation': 'vertical',
      onkeydown: (event) => this.key(event), onpointerdown: (event) => this.grasp(event) }, this.label);
    root.append(this.line);
  }

  // goal: {value, low, high, name, sign}, null for none; layout: Plotly's full layout of the drawn chart.
  show(goal, layout) {
    this.line.hidden = !goal;
    if (!goal || this.moving) return;
    Object.assign(this, { goal, axis: layout.yaxis, value: goal.value });
    const { l, w } = layout._size;
    Object.assign(this.line.style, { left: `${l}px`, width: `${w}px` });
    this.paint();
  }

  paint() {
    const { name, sign, low, high } = this.goal, said = `${sign} ${formatNumber(this.value)}`;
    const { axis } = this, height = axis._offset + Math.max(0, Math.min(axis._length, axis.d2p(this.value)));
    this.line.style.top = `${height}px`;
    this.label.textContent = `goal: ${name} ${said}`;
    const values = { 'aria-label': `Goal: ${name}`, 'aria-valuemin': plain(low), 'aria-valuemax': plain(high),
      'aria-valuenow': plain(this.value), 'aria-valuetext': said };
    for (const [attribute, value] of Object.entries(values)) this.line.setAttribute(attribute, value);
  }

  set(value) {
    const { low, high } = this.goal;
    this.value = +Math.max(low, Math.min(high, value)).toPrecision(2 + (high === 1));
    this.paint();
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { type } = this.axis;
    this.set(type === 'log' ? this.value * 1.1 ** step : this.value + 0.01 * step);
    this.moving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.tell(), REST);
  }

  grasp(event) {
    event.preventDefault();
    this.line.focus();
    this.line.setPointerCapture(event.pointerId);
    this.moving = true;
    const { axis } = this, top = this.line.parentElement.getBoundingClientRect().top + axis._offset;
    const move = ({ clientY }) => this.set(axis.p2d(Math.max(0, Math.min(axis._length, clientY - top))));
    const end = () => {
      this.line.removeEventListener('pointermove', move);
      this.tell();
    };
    this.line.addEventListener('pointermove', move);
    this.line.addEventListener('lostpointercapture', end, { once: true });
  }

  tell() {
    this.moving = false;
    if (this.value !== this.goal.value) this.report(this.value);
  }
}
