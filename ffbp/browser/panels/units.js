// The drawn units as a grid of invisible buttons over the diagram: for the pointer, the keyboard and screen readers.
// One of them is a tab stop; the arrow keys go to its neighbours.

import { element } from '../dom.js';

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Units {
  // name(k): the words for the k-th unit; show(k): called when it is pointed at or has the focus, with -1 afterwards;
  // open(k, event): called by a click, on a touch screen by the second one; opens(k): whether a click does anything;
  // edit(k): called by the key E, null if it does nothing.
  constructor(options) {
    this.options = options;
    this.box = element('div', { class: 'units', role: 'grid', 'aria-label': 'Units of the network' });
    this.box.addEventListener('keydown', (event) => this.move(event));
  }

  // Lay the buttons over the nodes {l, i, x, y, side}, layer after layer.
  place(nodes) {
    const counts = nodes.reduce((found, { l }) => ({ ...found, [l]: (found[l] ?? 0) + 1 }), {});
    if (JSON.stringify(counts) !== this.counts) this.build(nodes, counts);
    nodes.forEach(({ x, y, side }, k) => {
      const button = this.buttons[k];
      const box = { left: `${x - 4}px`, top: `${y - 2}px`, width: `${side + 8}px`, height: `${side + 4}px` };
      Object.assign(button.style, box);
      button.setAttribute('aria-label', this.options.name(k));
      button.classList.toggle('opens', this.options.opens(k));
      if (this.options.edit && nodes[k].l) button.setAttribute('aria-keyshortcuts', 'E');
    });
  }

  build(nodes, counts) {
    [this.counts, this.nodes] = [JSON.stringify(counts), nodes];
    this.buttons = nodes.map((_, k) => this.button(k));
    const rows = Object.keys(counts).map((l) => element('div', {
      role: 'row', 'aria-label': +l ? `Layer ${l}` : 'Inputs',
    }, ...this.buttons.filter((_, k) => nodes[k].l === +l)));
    this.box.replaceChildren(...rows);
  }

  button(k) {
    const { show, open, name } = this.options;
    const over = () => {
      this.stop(k);
      this.buttons[k].setAttribute('aria-label', name(k));
      show(k);
    };
    const button = element('button', {
      type: 'button', role: 'gridcell', tabindex: k ? -1 : 0,
      onpointerenter: () => show(k),
      onpointerleave: ({ pointerType }) => { if (pointerType !== 'touch') show(-1); },
      onfocus: () => { if (button.matches(':focus-visible')) over(); },
      onblur: () => { this.tapped = null; show(-1); },
      onclick: (event) => {
        if (event.pointerType === 'touch' && this.tapped !== k) this.tapped = k;
        else if (this.options.opens(k)) open(k, event);
      },
    });
    return button;
  }

  // Make the k-th unit the tab stop.
  stop(k) {
    this.buttons.forEach((button, i) => { button.tabIndex = i === k ? 0 : -1; });
  }

  // Make the k-th unit the tab stop and give it the focus.
  focus(k) {
    this.stop(k);
    this.buttons[k].focus();
  }

  move(event) {
    const step = STEPS[event.key], { nodes, buttons } = this, at = buttons.indexOf(event.target);
    const { edit } = this.options, { ctrlKey, metaKey, altKey } = event;
    if (at >= 0 && edit && event.key.toLowerCase() === 'e' && !ctrlKey && !metaKey && !altKey) {
      event.preventDefault(); // the letter would be typed into the field
      return edit(at);
    }
    if (!step || at < 0) return;
    event.preventDefault();
    const { l, i } = nodes[at], across = l + step[0];
    const layer = nodes.filter((node) => node.l === across);
    const to = layer[Math.min(i + step[1], layer.length - 1)];
    if (to) buttons[nodes.indexOf(to)].focus();
  }
}
