// The panel of a lesson: it stands beside the page, has a name, and the page makes room for it. A new step is read out,
// and where the button that led to it is gone, the keyboard goes on from the panel.

import { element } from '../dom.js';
import { mount } from './view.js';

const LOOKS = [100, 400, 1200]; // milliseconds after a new step: the server removes the old step's controls one by one
const SAID = 6000; // milliseconds after which the text that is read out is removed, so that it is not found twice
let shown = null, last = null; // the step that was shown last, on this page or on another; and whether it was settled

class LessonPanel {
  constructor({ parentElement }) {
    this.root = element('span', { class: 'ffbp-heard', 'aria-live': 'polite' });
    parentElement.append(this.root);
    this.panel = parentElement.closest('.st-key-lesson-panel');
    this.panel?.setAttribute('role', 'region');
    this.panel?.setAttribute('tabindex', '-1');
    document.body.classList.add('ffbp-lesson');
    requestAnimationFrame(() => window.dispatchEvent(new Event('resize'))); // the panels of the page are narrower now
  }

  show(bytes) {
    const { label, step, text, settled } = JSON.parse(new TextDecoder().decode(bytes));
    const now = `${label} ${step}`, state = `${now} ${settled}`, isNew = now !== shown;
    this.panel?.setAttribute('aria-label', label);
    if (state === last) return;
    const isAsked = last !== null || navigator.userActivation?.hasBeenActive; // not by an address
    [shown, last] = [now, state];
    if (!isAsked || !this.panel) return;
    for (const wait of LOOKS) setTimeout(() => this.take(state), wait);
    if (!isNew) return; // the verdict is read out by itself
    this.root.textContent = `${step}. ${text}`;
    setTimeout(() => { this.root.textContent = ''; }, SAID);
    this.panel.scrollTop = 0;
    if (getComputedStyle(this.panel).position !== 'fixed') this.panel.scrollIntoView({ block: 'start' });
  }

  // Take the focus if nothing has it.
  take(state) {
    const isLost = !document.activeElement || document.activeElement === document.body;
    if (state === last && isLost) this.panel.focus({ preventScroll: true });
  }

  close() {
    document.body.classList.remove('ffbp-lesson');
    window.dispatchEvent(new Event('resize'));
  }
}

export default mount(LessonPanel);
