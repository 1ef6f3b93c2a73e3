// Notices about the run, in one line of constant height: the most urgent in words, the others as a count that opens.

import { element, icon } from '../dom.js';
import { ask, follow, playerOf } from '../players.js';
import { mount } from './view.js';

class Notices {
  constructor({ parentElement }) {
    const toggle = () => this.open(this.list.hidden);
    this.words = element('p', { role: 'status', onclick: toggle });
    this.place = element('span', { class: 'place' });
    this.more = element('button', { type: 'button', class: 'more', 'aria-expanded': 'false', onclick: toggle });
    this.list = element('ul', { 'aria-label': 'All notices about this run', hidden: '' });
    this.root = element('div', { class: 'ffbp-notices', role: 'group', 'aria-label': 'About this run' },
      this.words, this.place, this.more, this.list);
    parentElement.append(this.root);
    this.away = (event) => { if (!this.root.contains(event.target)) this.open(false); };
    this.key = (event) => {
      if (event.key !== 'Escape' || this.list.hidden) return;
      this.open(false);
      this.more.focus();
    };
    document.addEventListener('pointerdown', this.away, true);
    document.addEventListener('keydown', this.key);
    this.observer = new ResizeObserver(() => this.count());
    this.observer.observe(this.words);
  }

  show(bytes) {
    const { id, run, player, items: told } = JSON.parse(new TextDecoder().decode(bytes));
    if (id === this.id) return;
    // No line begins with "%".
    const items = told.map((item) => ({ ...item, text: item.text.replaceAll(' %', '\u00a0%') }));
    Object.assign(this, { id, run, player, items, goers: [] });
    this.unfollow?.();
    this.unfollow = follow(player, 'frame', () => this.mark());
    this.root.dataset.level = items[0].level;
    this.words.replaceChildren(icon(items[0].level), element('span', { text: items[0].text }));
    this.place.replaceChildren(...this.goer(items[0]), ...this.learner(items[0]));
    this.list.replaceChildren(...items.map((item) => element('li', { 'data-level': item.level },
      icon(item.level), element('span', { text: item.text }), ...this.goer(item), ...this.learner(item))));
    this.open(false);
    this.count();
    this.mark();
  }

  // The button that moves the timeline to a notice's epoch.
  goer({ frame, epoch }) {
    if (frame === null) return [];
    const go = () => {
      ask(this.player, 'go', { run: this.run, frame });
      this.open(false);
    };
    const button = element('button', { type: 'button', text: `Show epoch ${epoch}`, onclick: go });
    this.goers.push({ button, frame });
    return [button];
  }

  // The button that opens the lesson that explains a notice.
  learner({ lesson, title }) {
    if (!lesson) return [];
    const learn = () => this.component.setTriggerValue('lesson', lesson);
    const name = `Learn why: lesson ${title}`;
    return [element('button', { type: 'button', class: 'learn', title: name, 'aria-label': name, text: 'Learn why',
      onclick: learn })];
  }

  mark() {
    const now = playerOf(this.player)?.dataset.frame;
    for (const { button, frame } of this.goers) button.classList.toggle('here', now === undefined || +now === frame);
  }

  count() {
    if (!this.items) return;
    const cut = this.words.scrollHeight > this.words.clientHeight + 2;
    const others = this.items.length - 1;
    this.more.hidden = !others && !cut;
    this.more.textContent = others ? `+${others}` : '…';
    const label = others ? `Show all ${others + 1} notices about this run` : 'Show the whole sentence';
    this.more.setAttribute('aria-label', label);
    this.root.classList.toggle('opens', !this.more.hidden);
  }

  open(wanted) {
    const shown = wanted && !this.more.hidden;
    this.list.hidden = !shown;
    this.more.setAttribute('aria-expanded', shown);
  }

  close() {
    document.removeEventListener('pointerdown', this.away, true);
    document.removeEventListener('keydown', this.key);
    this.unfollow?.();
    this.observer.disconnect();
  }
}

export default mount(Notices);
