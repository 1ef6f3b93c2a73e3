// The confusion matrix at a frame: rows are true classes, with recall; columns are predicted classes, with precision.

import { element } from '../dom.js';
import { formatPercent } from '../numbers.js';

const TIGHT = 5; // classes, above which the cells are narrow

// The index to which an arrow key moves in a grid of `count` items; null for other keys.
export function stepped(key, at, columns, count) {
  const to = {
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0, End: count - 1,
  }[key];
  return to === undefined ? null : to >= 0 && to < count ? to : at;
}

export class ConfusionMatrix {
  // choose(cell): called with the index of a chosen cell, counted row by row; null if cells cannot be chosen. empty:
  // whether cells without samples can be chosen. label(truth, guess): a cell in words. heads: the headings corner,
  // recall and precision. percent: writes a rate. tight: whether the matrix of many classes has little room.
  constructor({ choose, empty, label, heads, percent = formatPercent, tight = false }) {
    Object.assign(this, { choose, empty, label, heads, percent, tight });
    this.box = element('div', { class: 'matrix' });
  }

  // classes: their names. counts (frames, k, k), precision and recall (frames, k), and the accuracy (frames) or null.
  show({ classes, counts, precision, recall, accuracy }, caption, name = caption) {
    Object.assign(this, { classes, counts, precision, recall, accuracy });
    const { heads } = this;
    const focused = this.buttons?.indexOf(document.activeElement) ?? -1;
    const head = (text, scope) => (text ? element('th', { scope, text, title: text }) : element('td', {}));
    const rates = (texts) => texts.map(() => element('td', { class: 'rate' }));
    this.buttons = [];
    [this.recalls, this.precisions, this.whole] = [rates(classes), rates(classes), element('td', { class: 'rate' })];
    const rows = classes.map((truth, i) => element('tr', { role: 'row' }, head(truth, 'row'),
      ...classes.map((_, j) => this.cell(i * classes.length + j)), this.recalls[i]));
    this.box.replaceChildren(element('table', { role: 'grid', 'aria-label': name },
      element('caption', { text: caption }),
      element('tr', { role: 'row' }, ...[heads.corner, ...classes, heads.recall].map((text) => head(text, 'col'))),
      ...rows,
      element('tr', { role: 'row' }, head(heads.precision, 'row'), ...this.precisions, this.whole)));
    this.box.classList.toggle('dense', classes.length > TIGHT);
    this.mark();
    if (focused >= 0) this.buttons[focused]?.focus();
  }

  cell(at) {
    const click = () => { if (this.buttons[at].getAttribute('aria-disabled') !== 'true') this.choose(at); };
    const k = this.classes.length;
    const title = this.label(this.classes[Math.floor(at / k)], this.classes[at % k]);
    const step = (event) => this.step(event, at);
    this.buttons.push(element('button', { type: 'button', title, onclick: click, onkeydown: step }));
    return element('td', { role: 'gridcell' }, this.buttons[at]);
  }

  // The Tab key reaches the chosen cell, or the first if none is chosen (-1). Arrow keys reach the others.
  mark(chosen = null) {
    this.buttons.forEach((button, at) => {
      if (chosen !== null) button.setAttribute('aria-pressed', at === chosen);
      button.tabIndex = at === Math.max(chosen, 0) ? 0 : -1;
    });
  }

  step(event, at) {
    const to = stepped(event.key, at, this.classes.length, this.buttons.length);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    for (const button of this.buttons) button.tabIndex = -1;
    this.buttons[to].tabIndex = 0;
    this.buttons[to].focus();
  }

  // row: the frame's place in counts and rates; the accuracy is there for every frame.
  paint(row, frame = row) {
    const { classes, counts, buttons } = this;
    const k = classes.length;
    for (let i = 0; i < k; i++) {
      const own = counts.subarray((row * k + i) * k, (row * k + i + 1) * k);
      const total = own.reduce((sum, count) => sum + count, 0);
      own.forEach((count, j) => {
        const button = buttons[i * k + j], cell = button.parentElement;
        button.textContent = count;
        button.setAttribute('aria-label', `${button.title}: ${count}`);
        button.setAttribute('aria-disabled', !this.choose || !(count || this.empty));
        cell.style.setProperty('--share', total ? count / total : 0);
        cell.className = i === j ? 'right' : count ? 'mistake' : 'none';
      });
      this.rate(this.recalls[i], this.recall[row * k + i]);
      this.rate(this.precisions[i], this.precision[row * k + i]);
    }
    if (this.accuracy) this.rate(this.whole, this.accuracy[frame], 'accuracy ');
  }

  // A rate in its cell. With many classes a cell has room for whole percents only; its title has the decimal, too.
  rate(cell, share, name = '') {
    const isTight = this.tight && this.classes.length > TIGHT && Number.isFinite(share);
    cell.textContent = isTight ? Math.round(100 * share) : this.percent(share);
    cell.title = `${name}${this.percent(share)}`;
  }
}
