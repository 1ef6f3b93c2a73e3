// The dialog in which a running order is made: add what is on screen, name, move, remove, save and open.

import { download, element } from '../dom.js';
import { stepsOf, textOf } from '../running.js';

const FILE = 'ffbp-running-order.json', LARGEST = 5e6; // bytes
const ABOUT = 'Steps of a lecture, opened one after the other with Page Down and Page Up, also by a remote control. '
  + 'While you show a step, the run of the next one is trained.';

export class OrderList {
  // change(steps, at): called with a new order; rename(steps): with other titles; go(at): opens a step; here(): link
  // to what is on screen; plan(): opens the page on which minutes and notes are added.
  constructor({ pages, change, rename, go, here, plan }) {
    Object.assign(this, { pages, change, rename, go, here });
    const button = (text, onclick, name = null) => element('button', { type: 'button', text, onclick, class: name });
    this.title = element('input', {
      type: 'text', maxlength: 200, placeholder: 'Title', 'aria-label': 'Title of the new step',
      onkeydown: ({ key }) => { if (key === 'Enter') this.add(); },
    });
    this.file = element('input', { type: 'file', accept: '.json', hidden: '', onchange: () => this.read() });
    this.message = element('p', { class: 'message', role: 'alert', hidden: '' });
    this.rows = element('ol', {});
    this.start = button('Start', () => this.begin(0), 'start');
    this.save = button('Save as a file', () => this.write());
    const load = button('Open a file', () => this.file.click());
    this.plan = button('Plan the hour', () => { this.dialog.close(); plan(); });
    this.plan.title = 'Minutes, what to say, a link and a plan to print: on the page For teachers';
    const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Close', text: '×',
      onclick: () => this.dialog.close() });
    this.dialog = element('dialog', { class: 'ffbp-order-list', role: 'dialog', 'aria-label': 'Running order',
      onclick: ({ target }) => { if (target === this.dialog) this.dialog.close(); } },
      element('header', {}, element('h2', { text: 'Running order' }), close),
      element('p', { text: ABOUT }), this.rows,
      element('div', { class: 'row' }, this.title, button('Add what is on screen', () => this.add())),
      element('div', { class: 'row' }, this.start, this.save, load, this.plan, this.file),
      this.message);
  }

  show({ steps, at }) {
    Object.assign(this, { steps, at });
    this.start.disabled = this.save.disabled = this.plan.disabled = !steps.length;
    this.rows.replaceChildren(...steps.map((step, i) => this.row(step, i)));
  }

  row({ title }, i) {
    const { steps } = this;
    const button = (text, label, onclick, disabled = false) => element('button', { type: 'button', text, title: label,
      'aria-label': `${label}: step ${i + 1}`, onclick, disabled: disabled ? '' : null });
    const field = element('input', { type: 'text', maxlength: 200, 'aria-label': `Title of step ${i + 1}`,
      oninput: () => this.retitle(i, field.value) });
    field.value = title;
    return element('li', { 'aria-current': i === this.at ? 'step' : null }, field,
      button('Open', 'Open', () => this.begin(i)),
      button('↑', 'Move up', () => this.move(i, -1), i === 0),
      button('↓', 'Move down', () => this.move(i, 1), i === steps.length - 1),
      button('×', 'Remove', () => this.remove(i)));
  }

  tell(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  put(steps, at = this.at) {
    this.tell('');
    this.change(steps, at);
  }

  add() {
    const title = this.title.value.trim() || `Step ${this.steps.length + 1}`;
    this.title.value = '';
    this.put([...this.steps, { title, link: this.here() }]);
    this.rows.lastChild.scrollIntoView({ block: 'nearest' });
  }

  // The rows stay: a click on a button, which ends the writing, would otherwise hit one that is gone.
  retitle(i, text) {
    const title = text.trim() || `Step ${i + 1}`;
    this.steps = this.steps.map((step, k) => (k === i ? { ...step, title } : step));
    this.rename(this.steps);
  }

  // Exchange a step with the one above (-1) or below (1) it. The focus stays on its button, at an end on the other one.
  move(i, by) {
    const { steps, at } = this, k = i + by, moved = [...steps];
    [moved[i], moved[k]] = [steps[k], steps[i]];
    this.put(moved, at === i ? k : at === k ? i : at);
    const [, , up, down] = this.rows.children[k].children, [same, other] = by < 0 ? [up, down] : [down, up];
    (same.disabled ? other : same).focus();
  }

  remove(i) {
    const { at } = this, gone = at === i ? null : at !== null && at > i ? at - 1 : at;
    this.put(this.steps.filter((_, k) => k !== i), gone);
    (this.rows.children[Math.min(i, this.steps.length - 1)]?.lastChild ?? this.title).focus();
  }

  begin(i) {
    this.dialog.close();
    this.go(i);
  }

  write() {
    const url = URL.createObjectURL(new Blob([textOf(this.steps)], { type: 'application/json' }));
    download(FILE, url);
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  async read() {
    const [file] = this.file.files;
    this.file.value = ''; // the same file can be chosen again
    if (!file) return;
    try {
      if (file.size > LARGEST) throw new Error('This file is too large for a running order.');
      this.put(stepsOf(await file.text(), this.pages), null);
    } catch ({ message }) {
      this.tell(message);
    }
  }
}
