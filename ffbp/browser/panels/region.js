// The frame of every panel: a labelled region with a heading, a readout, controls, a button that saves its picture, and
// a description for screen readers.

import { element, saveButton } from '../dom.js';

export class Region {
  // name: of its panel. toggle(): for a click on the title, which shows the panel in full size or all of them again;
  // null for a panel that is always alone. help: its entry of the glossary, if there is one.
  constructor(name, title, { save, help = null, toggle = null }) {
    this.name = name;
    const options = { type: 'button', class: 'title', 'aria-pressed': false, onclick: toggle };
    this.heading = toggle ? element('button', options) : element('span');
    this.readout = element('p', { class: 'readout', 'aria-hidden': 'true' });
    this.controls = element('div', { class: 'controls' });
    this.stage = element('div', { class: 'stage' });
    this.alternative = element('p', { class: 'hidden alternative' });
    const heading = element('h2', {}, this.heading);
    const parts = [heading, this.readout, this.controls, ...(help ? [this.explained(title, help)] : [])];
    const header = element('header', {}, ...parts, saveButton(title, save));
    this.section = element('section', { class: `panel ${name}` }, header, this.stage, this.alternative);
    this.title = title;
    this.letter = 13;
  }

  get title() {
    return this.section.getAttribute('aria-label');
  }

  set title(text) {
    this.heading.textContent = text;
    this.section.setAttribute('aria-label', text);
  }

  get letter() {
    return this.size;
  }

  // The size of the panel's letters in pixels.
  set letter(size) {
    this.size = size;
    this.section.style.setProperty('--letter', `${size}px`);
  }

  show({ hidden, full }) {
    this.section.hidden = hidden;
    if (this.heading.type !== 'button') return;
    this.heading.setAttribute('aria-pressed', full);
    this.heading.title = full ? 'All panels (Escape)' : 'Full size';
  }

  // Head the panel with other words for as long as it shows something else; null: with its title again.
  instead(text) {
    this.heading.textContent = text ?? this.section.getAttribute('aria-label');
    this.section.classList.toggle('previewing', text !== null);
  }

  // Say that the frame is on its way; what is painted of another frame is hidden meanwhile.
  wait(waiting) {
    this.section.classList.toggle('waiting', waiting);
  }

  say(text) {
    this.readout.textContent = text;
  }

  // A box to tick, in the panel's menu.
  check(label, checked, changed, title) {
    const box = element('input', { type: 'checkbox', onchange: () => changed(box.checked) });
    box.checked = checked;
    const wrapped = element('label', { title }, box, label);
    this.menu ??= this.openable('Show', `${this.title}: what is shown`);
    this.menu.append(wrapped);
    return wrapped;
  }

  // A button in the header that opens a box below it; Escape closes it, and so does the focus when it goes elsewhere.
  openable(text, label) {
    const [whole, box] = this.details(text, label, 'menu');
    this.controls.append(whole);
    return box;
  }

  // A question mark that opens the panel's entry of the glossary.
  explained(title, { term, symbol, sentence, formula, where }) {
    const [whole, box] = this.details('?', `What is this: ${title}`, 'help');
    const head = element('p', {}, element('strong', { text: term }), symbol && ` ${symbol}`);
    const lines = [sentence, formula, where].filter(Boolean).map((text) => element('p', { text }));
    box.append(head, ...lines);
    return whole;
  }

  details(text, label, kind) {
    // The box can have the focus: a click on one of its labels would otherwise give it to the player, and close it.
    const box = element('div', { class: 'opened', tabindex: -1 });
    const button = element('summary', { text, 'aria-label': label });
    const whole = element('details', { class: kind }, button, box);
    whole.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !whole.open) return;
      event.preventDefault();
      whole.open = false;
      button.focus();
    });
    whole.addEventListener('toggle', () => {
      whole.classList.remove('up');
      const { top, bottom } = box.getBoundingClientRect(), room = this.section.getBoundingClientRect().top;
      whole.classList.toggle('up', bottom > window.innerHeight && bottom - top < room);
    });
    whole.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget && !whole.contains(relatedTarget)) whole.open = false;
    });
    return [whole, box];
  }

  select(label, changed) {
    const select = element('select', { 'aria-label': label, onchange: () => changed(select.value) });
    this.controls.append(select);
    return select;
  }
}

// Fill a select with (value, text) pairs.
export function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => element('option', { value, text })));
  select.value = chosen;
}
