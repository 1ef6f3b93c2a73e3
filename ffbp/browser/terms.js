// The glossary at the word itself: the label of a control that is a term opens its entry. A mouse rests on the word, a
// finger taps it, a keyboard rests on the control; a screen reader hears it after the control's name.

import { element } from './dom.js';

const LABEL = '[data-testid=stWidgetLabel]', WHOLE = '[data-testid=stElementContainer]';
const CONTROLS = ['input:not([type=hidden])', '[role=slider], [role=group], [role=radiogroup]']; // the first there is
const HOVER = 350, REST = 1000, GRACE = 400; // milliseconds until it opens or closes
const GAP = 6; // pixels

let labels = {}, terms = {}; // label -> term; term -> [what is said, its formula]
const box = element('div', { class: 'ffbp-term', role: 'tooltip', hidden: '' });
const heard = element('div', { hidden: '' });
let at = null, opening = null, closing = null, byKey = false; // at: the word whose entry is open, or will be

// Of several layers, each has a control of its own.
const labelOf = (label) => label.textContent.trim().replace(/ of layer \d+$/, '').replace(/^Layer \d+$/, 'Layer');

const wordAt = (node) => (node instanceof Element ? node.closest('[data-term]') : null);

function openTerm(word) {
  const term = word.dataset.term;
  if (!word.isConnected || !terms[term]) return;
  const [sentence, formula] = terms[term];
  box.replaceChildren(element('strong', { text: term }), element('span', { text: sentence }),
    ...(formula ? [element('code', { text: formula })] : []));
  box.style.colorScheme = getComputedStyle(word).colorScheme; // the page's, which the person can choose
  box.hidden = false;
  const { left, top } = word.getBoundingClientRect(), { width, height } = box.getBoundingClientRect();
  const below = (word.closest(WHOLE) ?? word).getBoundingClientRect().bottom + GAP;
  box.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`;
  box.style.top = `${top - height - GAP >= 0 ? top - height - GAP : below}px`;
}

function closeTerm() {
  clearTimeout(opening);
  clearTimeout(closing);
  at = opening = closing = null;
  box.hidden = true;
}

function openSoon(word, wait) {
  closeTerm();
  at = word;
  opening = setTimeout(() => openTerm(word), wait);
}

function hover({ target, pointerType }) {
  if (pointerType !== 'mouse') return;
  const word = wordAt(target);
  if (word && word !== at) openSoon(word, HOVER);
  else if (word || box.contains(target)) closing = clearTimeout(closing);
  else if (!box.hidden) closing ??= setTimeout(closeTerm, GRACE);
  else closeTerm();
}

function tap(event) {
  const word = event.pointerType === 'touch' && wordAt(event.target);
  if (!word) return;
  if (!word.closest('[data-testid=stCheckbox]')) event.preventDefault(); // no keyboard for the field
  const isOpen = !box.hidden && at === word;
  closeTerm();
  if (!isOpen) openSoon(word, 0);
}

function hearKey(event) {
  byKey = event.key === 'Tab';
  if (event.key === 'Escape' && !box.hidden) event.stopPropagation(); // it closes this and nothing else
  closeTerm();
}

// Mark the words, and describe their controls to a screen reader.
function markWords() {
  const names = Object.keys(terms);
  for (const label of document.querySelectorAll(LABEL)) {
    const term = labels[labelOf(label)];
    if (!term) {
      delete label.dataset.term;
      continue;
    }
    label.dataset.term = term;
    const whole = label.closest(WHOLE), id = `ffbp-term-${names.indexOf(term)}`;
    const control = whole && CONTROLS.map((each) => whole.querySelector(each)).find(Boolean);
    const known = control?.getAttribute('aria-describedby');
    const isOurs = !known || known.startsWith('ffbp-term-');
    if (control && known !== id && isOurs) control.setAttribute('aria-describedby', id);
  }
}

// Mark them now and after each change of the page.
export function keepExplained() {
  let waiting = null;
  const soon = () => { waiting ??= setTimeout(() => { waiting = null; markWords(); }, 200); };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  document.addEventListener('pointermove', hover); // not where the page moves under a mouse that is still
  document.addEventListener('pointerdown', ({ target }) => {
    if (!wordAt(target) && !box.contains(target)) closeTerm();
  });
  document.addEventListener('click', tap, true);
  document.addEventListener('keydown', hearKey, true);
  document.addEventListener('focusin', ({ target }) => {
    const word = byKey && target.closest(WHOLE)?.querySelector('[data-term]');
    if (word) openSoon(word, REST);
  });
  document.addEventListener('focusout', closeTerm);
  document.addEventListener('scroll', () => { if (!box.hidden) closeTerm(); }, true);
  document.body.append(box, heard);
}

// Which labels are terms, and what the terms mean.
export function explain(found) {
  if (Object.keys(terms).length) return;
  ({ labels, terms } = found);
  heard.replaceChildren(...Object.values(terms).map(([text], i) => element('p', { id: `ffbp-term-${i}`, text })));
  markWords();
}
