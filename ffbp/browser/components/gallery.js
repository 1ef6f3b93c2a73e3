// The gallery of experiments: a button that opens them as a dialog. A click on one reports its key.

import { element, icon } from '../dom.js';
import { ask, playerOf } from '../players.js';
import { served } from './served.js';
import { mount } from './view.js';

class Gallery {
  constructor({ parentElement }) {
    this.root = element('div', { class: 'ffbp-gallery' });
    parentElement.append(this.root);
  }

  show(bytes) {
    if (this.dialog) return; // the experiments are always the same
    this.content = JSON.parse(new TextDecoder().decode(bytes));
    const label = 'Choose an experiment';
    const open = element('button', { type: 'button', class: 'open', 'aria-haspopup': 'dialog', title: label,
      onclick: () => this.open() }, icon('gallery'), element('span', { text: 'Experiments' }));
    const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Close', text: '×',
      onclick: () => this.dialog.close() });
    this.cards = [];
    const groups = this.content.groups.map(({ title, items }) => element('section', { 'aria-label': title },
      element('h3', { text: title }),
      element('div', { class: 'cards' }, ...items.map((item) => this.card(item)))));
    this.dialog = element('dialog', { class: 'ffbp-experiments', role: 'dialog', 'aria-label': 'Experiments',
      onclick: (event) => { if (event.target === this.dialog) this.dialog.close(); } },
      element('header', {}, element('h2', { text: 'Experiments' }), close),
      ...groups);
    this.root.append(open, this.dialog);
  }

  card({ key, label, hint, params, image }) {
    const picture = element('img', { alt: '', width: 240, height: 150 });
    const card = element('button', { type: 'button', class: 'card', title: hint, onclick: () => this.choose(key) },
      picture, element('strong', { text: label }));
    this.cards.push({ card, params, picture, image });
    return card;
  }

  open() {
    const here = new URLSearchParams(window.location.search);
    const own = [...here].filter(([key]) => this.content.keys.includes(key));
    let now = null;
    for (const { card, params, picture, image } of this.cards) {
      if (!picture.src) picture.src = served(image); // nobody waits for pictures that are not looked at
      const same = own.length === Object.keys(params).length && own.every(([key, value]) => params[key] === value);
      if (same) now = card;
      if (same) card.setAttribute('aria-current', 'true');
      else card.removeAttribute('aria-current');
    }
    this.dialog.showModal();
    now?.focus();
  }

  choose(key) {
    const { player } = this.content, box = playerOf(player);
    if (box?.dataset.playing === 'true') ask(player, 'go', { run: box.dataset.run, frame: +box.dataset.frame }); // stop
    this.dialog.close();
    this.component.setTriggerValue('chosen', key);
  }

  close() {}
}

export default mount(Gallery);
