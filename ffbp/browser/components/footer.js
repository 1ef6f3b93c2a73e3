// The end of every page: a sentence with the link onwards, and entries that open a text, some with something to copy.
// The link onwards is the bar's link to that page, so that it always carries what is on screen.

import { element } from '../dom.js';
import { mount } from './view.js';

class Footer {
  constructor({ parentElement }) {
    this.line = element('div', { class: 'line' });
    this.text = element('p', {});
    const select = () => this.field.select();
    this.field = element('textarea', { readonly: '', rows: 2, 'aria-label': 'Text to copy', onfocus: select });
    this.copy = element('button', { type: 'button', class: 'copy', text: 'Copy', onclick: () => this.copyText() });
    this.panel = element('div', { class: 'panel', hidden: '' }, this.text, this.field, this.copy);
    this.sentence = element('span', {});
    this.link = element('a', { href: '#', onclick: (event) => this.go(event) });
    for (const type of ['pointerenter', 'focus']) this.link.addEventListener(type, () => this.follow());
    this.onward = element('div', { class: 'onward' }, this.sentence, this.link);
    this.root = element('div', { class: 'ffbp-ending' }, this.onward,
      element('footer', { class: 'ffbp-footer', role: 'group', 'aria-label': 'About ffbp' },
        this.line, this.panel));
    parentElement.append(this.root);
  }

  show(bytes) {
    const content = JSON.parse(new TextDecoder().decode(bytes)), known = this.content;
    this.content = content;
    this.onward.hidden = !content.onward; // a task has closed that page
    this.sentence.textContent = content.sentence;
    this.link.replaceChildren(content.onward, ' →');
    this.follow();
    if (known) return; // the rest is always the same
    this.buttons = this.content.entries.map((entry) => element('button', { type: 'button', text: entry.title,
      'aria-expanded': 'false', onclick: ({ currentTarget }) => this.toggle(entry, currentTarget) }));
    this.line.append(element('span', { text: this.content.about }), ...this.buttons);
  }

  inBar() {
    const links = [...document.querySelectorAll('.st-key-bar a')];
    return links.find((link) => link.textContent.endsWith(this.content.onward));
  }

  follow() {
    this.link.href = this.inBar()?.href ?? '#';
  }

  go(event) {
    this.follow();
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab or window
    event.preventDefault();
    this.inBar()?.click();
  }

  toggle({ text, copy }, button) {
    const opens = button.getAttribute('aria-expanded') === 'false';
    for (const other of this.buttons) other.setAttribute('aria-expanded', opens && other === button);
    this.panel.hidden = !opens;
    this.text.textContent = text;
    this.field.hidden = this.copy.hidden = !copy;
    this.field.value = copy === 'link' ? `ffbp ${this.content.version}: ${window.location.href}` : copy ?? '';
    this.copy.textContent = 'Copy';
    if (opens) this.panel.scrollIntoView({ block: 'nearest' });
  }

  async copyText() {
    try {
      await navigator.clipboard.writeText(this.field.value); // missing on plain http
      this.copy.textContent = 'Copied';
    } catch {
      this.field.focus();
      this.copy.textContent = 'Press Ctrl+C';
    }
  }

  close() {}
}

export default mount(Footer);
