// Runs as small pictures, in a row or in as many rows as they fill. A click on one reports its place among them.

import { element } from '../dom.js';
import { headerOf } from '../header.js';
import { unpack } from '../unpack.js';
import { mount } from './view.js';

class Pictures {
  constructor({ parentElement }) {
    this.root = element('nav', { class: 'ffbp-recent' });
    parentElement.append(this.root);
  }

  show(bytes) {
    const { id } = headerOf(bytes);
    if (id === this.id) return;
    this.id = id;
    const focused = [...this.root.children].indexOf(document.activeElement);
    const { label, sheet, items } = unpack(bytes);
    this.root.setAttribute('aria-label', label);
    this.root.classList.toggle('sheet', Boolean(sheet));
    this.root.replaceChildren(...items.map((item, i) => this.button(item, i)));
    if (focused >= 0) this.root.children[focused]?.focus();
  }

  button({ name, words, result, here, missed, picture }, i) {
    const [height, width] = picture.shape;
    const canvas = element('canvas', { width, height, 'aria-hidden': 'true' });
    const image = new ImageData(width, height);
    for (let k = 0; k < width * height; k++) image.data.set([...picture.subarray(3 * k, 3 * k + 3), 255], 4 * k);
    canvas.getContext('2d').putImageData(image, 0, 0);
    const choose = () => this.component.setTriggerValue('chosen', i);
    const named = { 'aria-label': `${name}, ${result}: ${words}`, title: words, class: missed ? 'missed' : null };
    const current = here ? 'true' : null;
    return element('button', { type: 'button', onclick: choose, 'aria-current': current, ...named }, canvas,
      element('span', { text: result }));
  }

  close() {}
}

export default mount(Pictures);
