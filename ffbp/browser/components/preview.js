// A link of this dashboard, open inside the page: what others will see. Its end #height=480 is the height in pixels.

import { element } from '../dom.js';
import { mount } from './view.js';

class Preview {
  constructor({ parentElement }) {
    this.root = element('iframe', { class: 'ffbp-preview', title: 'Preview' });
    parentElement.append(this.root);
  }

  // Only this dashboard's own pages are opened.
  show(bytes) {
    const link = new URL(new TextDecoder().decode(bytes), window.location.href);
    if (link.origin !== window.location.origin || link.href === this.link) return;
    this.link = link.href;
    const [, height] = /^#height=(\d{3,4})$/.exec(link.hash) ?? [];
    this.root.style.height = height ? `${height}px` : '';
    this.root.src = link.href;
  }

  close() {}
}

export default mount(Preview);
