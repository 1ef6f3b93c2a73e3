// The numbers above the panels: losses, scores and the norm of the gradient at a frame.

import { element } from './dom.js';
import { formatNumber, formatPercent } from './numbers.js';

// How a run's score is written: R² as a number, accuracy in percent.
export const scoreIn = (run) => (run.task === 'regression' ? formatNumber : formatPercent);

export class Cards {
  constructor() {
    this.box = element('dl', { class: 'figures' });
  }

  show(run) {
    const names = {
      train_loss: 'train loss', test_loss: 'test loss',
      train_score: `train ${run.metric}`, test_score: `test ${run.metric}`, grad_total: 'gradient size',
    };
    const keys = Object.keys(names).filter((key) => run.has_test || !key.startsWith('test'));
    this.run = run;
    this.values = Object.fromEntries(keys.map((key) => [key, element('dd', { class: key })]));
    const card = (key) => element('div', {}, element('dt', { text: names[key] }), this.values[key]);
    this.box.replaceChildren(...keys.map(card));
  }

  paint(frame) {
    const { run } = this;
    for (const [key, value] of Object.entries(this.values)) {
      const text = (key.endsWith('score') ? scoreIn(run) : formatNumber)(run.history[key][frame]);
      value.textContent = text;
      value.classList.toggle('long', text.length > 7);
    }
  }
}
