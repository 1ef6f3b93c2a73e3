// The panel of a lesson: it stands beside the page, has a name, and the page makes room for it.

import { element } from '../dom.js';
import { mount } from './view.js';

class LessonPanel {
  constructor({ parentElement }) {
    this.root = element('span', { hidden: '' });
    parentElement.append(this.root);
    this.panel = parentElement.closest('.st-key-lesson-panel');
    this.panel?.setAttribute('role', 'region');
    document.body.classList.add('ffbp-lesson');
    requestAnimationFrame(() => window.dispatchEvent(new Event('resize'))); // the panels of the page are narrower now
  }

  show(bytes) {
    this.panel?.setAttribute('aria-label', new TextDecoder().decode(bytes));
  }

  close() {
    document.body.classList.remove('ffbp-lesson');
    window.dispatchEvent(new Event('resize'));
  }
}

export default mount(LessonPanel);
