// The running order of a lecture: its button and dialog in the bar, the step that is shown, and the keys that go on.
// Each step that is opened is reported together with the one after it.

import { element, icon } from '../dom.js';
import { keepOrder, keptOrder, linkHere, stepsOf, textOf } from '../running.js';
import { OrderList } from './order_list.js';
import { mount } from './view.js';

const KEYS = { PageDown: 1, PageUp: -1 };

let mounted = null; // the view in the bar; each page has another one
let wanted = null, next = null; // the links reported last: the step to open, and the one after it
let taken = null; // the name of the order that was taken over last; the server has opened its first step

class Order {
  constructor({ parentElement }) {
    const button = (text, label, onclick) => element('button', {
      type: 'button', text, 'aria-label': label, title: label, onclick,
    });
    this.button = element('button', { type: 'button', class: 'open', 'aria-haspopup': 'dialog',
      title: 'Running order: steps of a lecture, one after the other', onclick: () => this.edit() },
      icon('order'), element('span', { text: 'Running order' }));
    this.back = button('‹', 'Previous step (Page Up)', () => this.move(-1));
    this.on = button('›', 'Next step (Page Down)', () => this.move(1));
    this.words = element('span', { role: 'status' });
    const named = { role: 'group', 'aria-label': 'Step of the running order' };
    this.bar = element('div', { class: 'ffbp-step', hidden: '', ...named },
      this.back, this.words, this.on, button('×', 'End of the running order', () => this.change(this.steps, null)));
    this.root = element('div', { class: 'ffbp-order' }, this.bar, this.button);
    parentElement.append(this.root);
  }

  show(bytes) {
    const { pages, opened, given } = JSON.parse(new TextDecoder().decode(bytes));
    const isNew = given !== null && given.id !== taken;
    if (this.list && !isNew) return;
    if (!this.list) this.begin(pages);
    if (isNew) this.take(given, pages);
    const { steps, at } = isNew ? this : keptOrder(pages);
    this.draw(steps, at);
    mounted = this;
    if (at === null) return;
    // A step that was wanted while the page changed may not have been heard, and after a reload no next one is known.
    if (wanted !== null && wanted !== opened) this.report(wanted);
    else if (next !== (steps[at + 1]?.link ?? null)) this.report(null);
  }

  begin(pages) {
    this.list = new OrderList({
      pages, here: () => linkHere(pages), go: (at) => this.go(at), change: (steps, at) => this.change(steps, at),
      rename: (steps) => this.rename(steps),
      plan: () => this.component.setTriggerValue('plan', textOf(this.steps)),
    });
    this.root.append(this.list.dialog);
  }

  take({ id, text }, pages) {
    taken = id;
    wanted = next = null;
    this.change(stepsOf(text, pages), 0);
  }

  edit() {
    this.list.tell('');
    this.list.dialog.showModal();
  }

  draw(steps, at) {
    Object.assign(this, { steps, at });
    this.list.show({ steps, at });
    this.name();
  }

  // Name the present step.
  name() {
    const { steps, at } = this;
    this.bar.hidden = at === null;
    if (at === null) return;
    const { title } = steps[at];
    this.words.replaceChildren(element('b', { text: `${at + 1} of ${steps.length}` }), ` ${title}`);
    this.words.title = title;
    this.back.disabled = at === 0;
    this.on.disabled = at === steps.length - 1;
  }

  change(steps, at) {
    keepOrder({ steps, at });
    this.draw(steps, at);
  }

  rename(steps) {
    this.steps = steps;
    keepOrder(this);
    this.name();
  }

  report(open) {
    next = this.steps[this.at + 1]?.link ?? null;
    this.component.setTriggerValue('step', { open, next, taken });
  }

  go(at) {
    this.change(this.steps, at);
    wanted = this.steps[at].link;
    if (this.root.isConnected) this.report(wanted); // else the next page's view does it
  }

  move(by) {
    const at = this.at === null ? 0 : this.at + by;
    if (this.steps[at] && (this.at !== null || by > 0)) this.go(at);
  }

  close() {}
}

// While an order runs or something is presented, two keys go through it; before a slider takes them.
function hear(event) {
  const by = KEYS[event.key], target = event.composedPath()[0];
  if (!by || event.ctrlKey || event.metaKey || event.altKey || !mounted?.steps.length) return;
  if (mounted.at === null && !document.querySelector('.ffbp-presented')) return;
  const typed = 'dialog, [role=dialog], textarea, input:not([type=range], [type=checkbox])';
  if (target instanceof Element && target.closest(typed)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) mounted.move(by);
}

window.addEventListener('keydown', hear, true);

export default mount(Order);
