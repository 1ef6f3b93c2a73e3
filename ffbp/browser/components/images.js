// Images of a few pixels at every frame. They follow the player's frame, and the user can choose one.

import { ramp, shades } from '../colours.js';
import { element } from '../dom.js';
import { headerOf } from '../header.js';
import { formatNumber } from '../numbers.js';
import { stepped } from '../panels/matrix.js';
import { follow, frameOf } from '../players.js';
import { unpack } from '../unpack.js';
import { footOf } from './picture.js';
import { mount } from './view.js';

class Images {
  constructor({ parentElement }) {
    this.root = element('div', { class: 'ffbp-images' });
    parentElement.append(this.root);
  }

  async show(data, theme) {
    this.theme = theme;
    const { id, player } = headerOf(data), key = `${theme.dark}:${id}`;
    if (key === this.key) return;
    this.key = key;
    const run = await unpack(data);
    if (key !== this.key || this.closed) return;
    const { palette, n_frames } = run;
    const mode = theme.dark ? 'dark' : 'light';
    this.signed = ramp(palette.negative, palette.middle[mode], palette.positive);
    this.ink = shades(palette.middle[mode], palette.ink[mode]);
    this.run = run;
    this.name = run.name;
    this.build();
    this.unfollow?.();
    if (player) this.unfollow = follow(player, 'frame', (frame) => this.go(frame));
    this.go(player ? frameOf(player, n_frames - 1) : 0);
    this.root.dataset.id = run.id;
  }

  build() {
    const { run } = this;
    const focused = this.items?.findIndex(({ node }) => node === document.activeElement) ?? -1;
    this.items = run.labels.map((label, i) => this.item(label, i));
    this.readout = element('p', { class: 'readout', 'aria-hidden': 'true' });
    const role = run.choosable ? 'radiogroup' : 'group';
    const grid = element('div', { class: 'grid', role, 'aria-label': run.name });
    grid.style.setProperty('--size', `${run.size}px`);
    this.items.forEach(({ node }, i) => {
      const sign = run.signs?.[i];
      if (sign) grid.append(element('span', { class: 'sign', 'aria-hidden': 'true', text: sign }));
      grid.append(node);
    });
    grid.classList.toggle('row', Boolean(run.signs));
    grid.classList.toggle('captioned', Boolean(run.captions && !run.signs));
    this.root.replaceChildren(grid, footOf(this, this.readout));
    if (run.choosable) this.mark(run.chosen ?? -1);
    if (focused >= 0 && this.items[focused] && run.choosable) this.items[focused].node.focus();
  }

  item(label, i) {
    const { run } = this;
    const canvas = element('canvas', { width: run.side, height: run.side, 'aria-hidden': 'true' });
    canvas.addEventListener('pointermove', (event) => this.read(event, i));
    canvas.addEventListener('pointerleave', () => { this.readout.textContent = ''; });
    const caption = run.captions ? [element('span', { class: 'caption', text: run.captions[i] })] : [];
    const choice = {
      type: 'button', role: 'radio', 'aria-label': label, title: label, onclick: () => this.choose(i),
      onkeydown: (event) => this.step(event, i),
    };
    const node = run.choosable
      ? element('button', choice, canvas, ...caption)
      : element('div', { role: 'img', 'aria-label': label }, canvas, ...caption);
    const image = new ImageData(run.side, run.side);
    return { node, context: canvas.getContext('2d'), image, pixels: new Uint32Array(image.data.buffer) };
  }

  mark(chosen) {
    this.chosen = chosen;
    this.items.forEach(({ node }, i) => {
      node.setAttribute('aria-checked', i === chosen);
      node.tabIndex = i === Math.max(chosen, 0) ? 0 : -1;
    });
  }

  choose(i) {
    this.mark(i);
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.component.setTriggerValue('chosen', i), 150); // while a key is held down
  }

  step(event, i) {
    const tops = this.items.map(({ node }) => node.offsetTop);
    const columns = Math.max(1, tops.filter((top) => top === tops[0]).length);
    const to = stepped(event.key, i, columns, this.items.length);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.items[to].node.focus();
    this.choose(to);
  }

  go(frame) {
    const { run } = this;
    this.frame = Math.min(frame, run.n_frames - 1);
    const cells = run.side * run.side;
    const start = this.frame * this.items.length * cells;
    this.items.forEach(({ context, image, pixels }, i) => {
      const lut = run.kinds[i] === 'ink' ? this.ink : this.signed;
      for (let c = 0; c < cells; c++) pixels[c] = lut[run.values[start + i * cells + c]];
      context.putImageData(image, 0, 0);
    });
    this.root.dataset.frame = this.frame;
  }

  read(event, i) {
    const { run } = this;
    const area = event.target.getBoundingClientRect();
    const within = (share) => Math.min(run.side - 1, Math.max(0, Math.floor(share * run.side)));
    const column = within((event.clientX - area.left) / area.width);
    const row = within((event.clientY - area.top) / area.height);
    const cell = row * run.side + column, cells = run.side * run.side;
    const byte = run.values[(this.frame * this.items.length + i) * cells + cell];
    const [low, high] = run.limits[i];
    const about = () => `≈ ${(low + ((high - low) * byte) / 255).toFixed(2)}`;
    const value = run.numbers ? formatNumber(run.numbers[i * cells + cell]) : about();
    this.readout.textContent = `${run.labels[i]}, pixel ${row},${column}: ${value}`;
  }

  close() {
    this.closed = true;
    clearTimeout(this.sending);
    this.unfollow?.();
  }
}

export default mount(Images);
