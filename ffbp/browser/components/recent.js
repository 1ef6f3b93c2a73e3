// The latest runs as small pictures. A click on one reports its place in the row.

import { element } from '../dom.js';
import { headerOf } from '../header.js';
import { unpack } from '../unpack.js';
import { mount } from './view.js';

class Recent {
  constructor({ parentElement }) {
    this.root = element('nav', { class: 'ffbp-recent', 'aria-label': 'Latest runs' });
    parentElement.append(this.root);
  }

  show(bytes) {
    const { id } = headerOf(bytes);
    if (id === this.id) return;
    this.id = id;
    const focused = [...this.root.children].indexOf(document.activeElement);
    this.root.replaceChildren(...unpack(bytes).items.map((item, i) => this.button(item, i)));
    if (focused >= 0) this.root.children[focused]?.focus();
  }

  button({ words, result, here, picture }, i) {
    const [height, width] = picture.shape;
    const canvas = element('canvas', { width, height, 'aria-hidden': 'true' });
    const image = new ImageData(width, height);
    for (let k = 0; k < width * height; k++) image.data.set([...picture.subarray(3 * k, 3 * k + 3), 255], 4 * k);
    canvas.getContext('2d').putImageData(image, 0, 0);
    const choose = () => this.component.setTriggerValue('chosen', i);
    const name = { 'aria-label': `Run ${i + 1}, ${result}: ${words}`, title: words };
    const current = here ? 'true' : null;
    return element('button', { type: 'button', onclick: choose, 'aria-current': current, ...name }, canvas,
      element('span', { text: result }));
  }

  close() {}
}

export default mount(Recent);
