// Numbers in the page's texts: some are hidden until a question is answered, and all may have a decimal comma. Every
// text of the page passes here, also what Streamlit and Plotly write, and what is said of an element instead of being
// seen. What is drawn on a canvas and what stands in a field stay as they are.

const NUMBER = /(?<![\w.])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:e([-+]?\d+)|·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?!\d|\.\d)/g;
const LOWERED = { '⁻': '-', ...Object.fromEntries(Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹', (digit, i) => [digit, i])) };
const NEVER = 'script, style, textarea', PROGRAMS = 'pre, code, annotation';
const CHOICES = '.st-key-task, .st-key-strip, [data-testid=stSidebar]'; // what was typed and chosen is never hidden
const SAID = ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt'];
const SAYING = SAID.map((name) => `[${name}]`).join();
const NO_NUMBER = '?', NARROW = '\u202f';

// Whether a number as it is written is one of the values, rounded to at least two digits.
function tells(values, [, whole, part, e, raised]) {
  if (!part && !e && !raised) return false;
  const exponent = +(e ?? Array.from(raised ?? '0', (digit) => LOWERED[digit] ?? digit).join(''));
  const number = +(whole.replaceAll(',', '') + (part ?? '')) * 10 ** exponent;
  const unit = 10 ** (exponent - (part?.length ?? 1) + 1);
  const digits = (whole + (part ?? '')).replace(/[.,]/g, '').replace(/^0+/, '').length;
  return values.some((value) => Math.abs(Math.abs(value) - number) <= 0.50001 * unit
    && (digits > 1 || Math.abs(value) === number));
}

// A text with these values hidden, and with commas.
export function rewritten(text, { hidden, comma }) {
  return text.replace(NUMBER, (...match) => {
    if (hidden.length && tells(hidden, match)) return NO_NUMBER;
    return comma ? match[0].replaceAll(',', NARROW).replace('.', ',') : match[0];
  });
}

export class Texts {
  constructor() {
    this.rules = { hidden: [], comma: false };
    this.known = new WeakMap(); // of each text that was changed: what it was, and what stands there now
    this.observer = new MutationObserver((records) => this.hear(records));
  }

  set(rules) {
    this.rules = rules;
    this.observer.disconnect();
    this.all(document.body);
    if (!rules.hidden.length && !rules.comma) return;
    const texts = { childList: true, subtree: true, characterData: true };
    this.observer.observe(document.body, { ...texts, attributes: true, attributeFilter: SAID });
  }

  hear(records) {
    for (const { type, target, addedNodes, attributeName } of records) {
      if (type === 'characterData') this.one(target);
      else if (type === 'attributes') this.said(target, attributeName);
      else for (const node of addedNodes) this.all(node);
    }
    this.observer.takeRecords(); // its own
  }

  all(node) {
    if (node.nodeType === Node.TEXT_NODE) { this.one(node); return; }
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) this.one(walker.currentNode);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const each of [node, ...node.querySelectorAll(SAYING)]) for (const name of SAID) this.said(each, name);
  }

  // An attribute is a node, too, with a value of its own.
  said(element, name) {
    const node = element.getAttributeNode(name);
    if (node) this.one(node);
  }

  one(node) {
    const parent = node.parentElement ?? node.ownerElement, known = this.known.get(node);
    const { hidden, comma } = this.rules, keeps = node.nodeName === 'placeholder' || parent?.closest(PROGRAMS);
    if (!parent || (!known && !/\d/.test(node.nodeValue)) || parent.closest(NEVER)) return;
    const original = known?.written === node.nodeValue ? known.original : node.nodeValue;
    const rules = {
      hidden: hidden.length && !parent.closest(CHOICES) ? hidden : [], comma: comma && !keeps,
    };
    const written = rewritten(original, rules);
    if (written !== node.nodeValue) node.nodeValue = written;
    if (written !== original) this.known.set(node, { original, written });
    else this.known.delete(node);
  }
}
