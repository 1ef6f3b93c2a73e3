// The task of a class link: its place has a name, and the page's texts follow it.

import { element } from '../dom.js';
import { Texts } from '../texts.js';
import { mount } from './view.js';

const NOTHING = { hidden: [], comma: false, fixed: false };
const texts = new Texts();
let mounted = null; // the latest; a page that is left closes its own after the next one has opened

function follow({ hidden, comma, fixed }) {
  texts.set({ hidden, comma });
  document.body.classList.toggle('ffbp-units-fixed', fixed);
}

class Task {
  constructor({ parentElement }) {
    mounted = this;
    this.root = element('span', { hidden: '' });
    parentElement.append(this.root);
    this.place = parentElement.closest('.st-key-task');
    this.place?.setAttribute('role', 'region');
    this.place?.setAttribute('aria-label', 'Task');
    document.body.classList.add('ffbp-task');
    this.observer = new ResizeObserver(() => this.measure());
    if (this.place) this.observer.observe(this.place);
  }

  show(bytes) {
    const text = new TextDecoder().decode(bytes);
    if (text === this.text) return;
    this.text = text;
    follow(JSON.parse(text));
  }

  // A presented player leaves room for it.
  measure() {
    const height = `${Math.ceil(this.place.offsetHeight)}px`;
    if (height === document.body.style.getPropertyValue('--ffbp-task')) return;
    document.body.style.setProperty('--ffbp-task', height);
    window.dispatchEvent(new Event('resize'));
  }

  close() {
    this.observer.disconnect();
    if (mounted !== this) return;
    follow(NOTHING);
    document.body.classList.remove('ffbp-task');
    document.body.style.removeProperty('--ffbp-task');
    window.dispatchEvent(new Event('resize'));
  }
}

export default mount(Task);
