// The confusion matrix of every frame, with precision and recall; it follows the player, and a cell can be chosen.

class Matrix {
  constructor(parent) {
    this.box = element('div', { class: 'ffbp-confusion' });
    parent.append(this.box);
    this.follow = (event) => { if (this.run) this.go(event.detail); };
    window.addEventListener('ffbp:frame', this.follow);
  }

  async show(bytes) {
    const key = markOf(bytes);
    if (key === this.key) return;
    this.key = key;
    const run = await unpack(bytes);
    if (key !== this.key || this.closed) return;
    this.run = run;
    this.build();
    this.go(playersFrame(run.n_frames - 1));
    this.box.dataset.id = run.id;
  }

  build() {
    const { run } = this;
    const { classes } = run;
    const k = classes.length;
    const focused = this.buttons?.indexOf(document.activeElement) ?? -1;
    const head = (text, scope) => element('th', { scope, text });
    this.buttons = [];
    this.recall = [];
    const rows = classes.map((name, i) => {
      const cells = classes.map((_, j) => {
        const at = i * k + j;
        const button = element('button', { type: 'button', onclick: () => this.choose(at), onkeydown: (event) => this.step(event, at) });
        this.buttons.push(button);
        return element('td', { role: 'gridcell' }, button);
      });
      this.recall.push(element('td', { class: 'score' }));
      return element('tr', { role: 'row' }, head(name, 'row'), ...cells, this.recall[i]);
    });
    this.precision = classes.map(() => element('td', { class: 'score' }));
    this.box.replaceChildren(element('table', { role: 'grid', 'aria-label': `Confusion matrix, ${run.part} part` },
      element('caption', { text: `Rows: the true digit. Columns: what the network says. ${run.part} part.` }),
      element('tr', { role: 'row' }, head('', 'col'), ...classes.map((name) => head(name, 'col')), head('recall %', 'col')),
      ...rows,
      element('tr', { role: 'row' }, head('prec. %', 'row'), ...this.precision, element('td'))),
      footOf(this, 'Confusion matrix'));
    this.mark(run.chosen ?? -1);
    if (focused >= 0) this.buttons[focused].focus();
  }

  mark(chosen) {
    this.buttons.forEach((button, at) => {
      button.setAttribute('aria-pressed', at === chosen);
      button.tabIndex = at === Math.max(chosen, 0) ? 0 : -1;
    });
  }

  choose(at) {
    this.mark(at);
    this.trigger('chosen', at);
  }

  step(event, at) {
    const k = this.run.classes.length;
    const to = stepped(event.key, at, k, k * k);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    for (const button of this.buttons) button.tabIndex = -1;
    this.buttons[to].tabIndex = 0;
    this.buttons[to].focus();
  }

  go(position) {
    const { run } = this;
    const { classes, counts } = run;
    const k = classes.length, frame = Math.min(position, run.n_frames - 1);
    for (let i = 0; i < k; i++) {
      let total = 0;
      for (let j = 0; j < k; j++) total += counts[(frame * k + i) * k + j];
      for (let j = 0; j < k; j++) {
        const count = counts[(frame * k + i) * k + j], button = this.buttons[i * k + j];
        button.textContent = count;
        button.className = i === j ? 'right' : count ? 'mistake' : 'none';
        button.style.setProperty('--share', total ? count / total : 0);
        button.setAttribute('aria-label', `true ${classes[i]}, said ${classes[j]}: ${count}`);
      }
      const percent = (share) => formatPercent(share).replace(' %', '');
      this.recall[i].textContent = percent(run.recall[frame * k + i]);
      this.precision[i].textContent = percent(run.precision[frame * k + i]);
    }
    this.box.dataset.frame = frame;
  }

  close() {
    this.closed = true;
    window.removeEventListener('ffbp:frame', this.follow);
  }
}

export default function (component) {
  return mount(Matrix, component);
}
