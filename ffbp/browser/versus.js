// The numbers of two runs at one moment in a table, with their difference, and on how many samples they disagree.

import { scoreIn } from './cards.js';
import { element } from './dom.js';
import { formatNumber, formatPercent } from './numbers.js';

const ROWS = ['A', 'B', 'B − A'];

// A difference of shares: 30 % and 50 % are 20 points apart, not 20 %.
const points = (share) => `${(100 * share).toFixed(1)} points`;

// A difference with its sign.
const signed = (value, format) => (value > 0 ? `+${format(value)}` : format(value).replace('-', '−'));

export class Versus {
  // pair: whose `moments` are the runs and their frames.
  constructor(pair) {
    this.pair = pair;
    this.box = element('div', { class: 'versus' });
    this.disagreement = '';
  }

  // A pair's run.
  show({ metric, has_test: hasTest, disagreement, palette }) {
    const names = {
      train_loss: 'train loss', test_loss: 'test loss',
      train_score: `train ${metric}`, test_score: `test ${metric}`, grad_total: 'gradient size',
    };
    this.keys = Object.keys(names).filter((key) => hasTest || !key.startsWith('test'));
    this.decided = disagreement.decided;
    const heads = [...this.keys.map((key) => names[key]), ...(this.decided ? ['decided differently'] : [])];
    this.heads = ROWS.map((text, i) => {
      const mark = element('b', { text });
      if (i < 2) mark.style.color = palette.runs[i];
      return element('th', { scope: 'row', role: 'rowheader' }, mark, element('span'));
    });
    const cell = (name = '') => element('td', { class: name, role: 'cell' });
    this.cells = ROWS.map((_, i) => this.keys.map((key) => cell(`${key} ${'abd'[i]}`)));
    this.count = cell('count');
    const rows = this.heads.map((head, i) => element('tr', { role: 'row' }, head, ...this.cells[i],
      ...(this.decided ? [i === 2 ? this.count : cell()] : [])));
    // The roles stay when a phone's styles turn rows into columns.
    const table = element('table', { role: 'table', 'aria-label': 'A and B at this epoch' },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, cell(),
        ...heads.map((text) => element('th', { scope: 'col', role: 'columnheader', text })))),
      element('tbody', { role: 'rowgroup' }, ...rows));
    table.style.setProperty('--lines', heads.length + 1);
    this.box.replaceChildren(table);
  }

  paint() {
    const { moments } = this.pair;
    if (!moments) return;
    moments.forEach(({ run, frame }, i) => {
      const { clock } = this.pair, missed = clock.byLoss && !clock.hasReached(i);
      this.heads[i].lastChild.textContent = ` ${missed ? 'never, ' : ''}epoch ${run.history.epoch[frame]}`;
    });
    const comparable = moments[0].run.metric === moments[1].run.metric;
    this.keys.forEach((key, k) => {
      const values = moments.map(({ run, frame }) => run.history[key]?.[frame] ?? NaN);
      const formats = moments.map(({ run }) => (key.endsWith('score') ? scoreIn(run) : formatNumber));
      values.forEach((value, i) => { this.cells[i][k].textContent = formats[i](value); });
      const difference = comparable ? values[1] - values[0] : NaN, shares = formats[0] === formatPercent;
      this.cells[2][k].textContent = signed(difference, shares ? points : formats[0]);
    });
    if (this.decided) this.countSamples(moments);
  }

  countSamples(moments) {
    const counts = Object.entries(this.decided).map(([part, of]) => {
      let different = 0;
      for (const _ of differing(of, moments)) different += 1;
      return { part, different, n: of.a.shape[1] };
    });
    const different = counts.reduce((sum, each) => sum + each.different, 0);
    const n = counts.reduce((sum, each) => sum + each.n, 0);
    this.count.textContent = `${different} of ${n}`;
    const words = counts.map((each) => `${each.different} of ${each.n} ${each.part === 'test' ? 'test' : 'training'}`);
    this.count.title = `${words.join(', ')} samples`;
    this.disagreement = `A and B decide differently on ${words.join(' and ')} samples.`;
  }
}

// The indices of the samples to which the two runs give different classes at their frames.
export function* differing({ a, b }, [{ frame: of_a }, { frame: of_b }]) {
  const n = a.shape[1];
  for (let i = 0; i < n; i++) if (a[of_a * n + i] !== b[of_b * n + i]) yield i;
}
