// A link of this dashboard, open inside the page: what a class will see.

import { element } from '../dom.js';
import { mount } from './view.js';

class Preview {
  constructor({ parentElement }) {
    this.root = element('iframe', { class: 'ffbp-preview', title: 'The link as your class sees it' });
    parentElement.append(this.root);
  }

  // Only this dashboard's own pages are opened.
  show(bytes) {
    const link = new URL(new TextDecoder().decode(bytes), window.location.href);
    if (link.origin !== window.location.origin || link.href === this.link) return;
    this.link = link.href;
    this.root.src = link.href;
  }

  close() {}
}

export default mount(Preview);
