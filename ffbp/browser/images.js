// Images made of a few pixels, all frames at once: they follow the player's frame, and one of them can be chosen.

class Images {
  constructor(parent) {
    this.box = element('div', { class: 'ffbp-images' });
    parent.append(this.box);
    this.follow = (event) => { if (this.run && this.run.n_frames > 1) this.go(event.detail); };
    window.addEventListener('ffbp:frame', this.follow);
  }

  async show(bytes) {
    const dark = isDark(this.box);
    const key = `${dark}:${markOf(bytes)}`;
    if (key === this.key) return;
    this.key = key;
    const run = await unpack(bytes);
    if (key !== this.key || this.closed) return;
    undoDifferences(run.values);
    const { palette } = run;
    const ground = palette.middle[dark ? 'dark' : 'light'];
    this.signed = ramp(palette.negative, ground, palette.positive);
    const [paper, ink] = [rgb(ground), rgb(palette.ink[dark ? 'dark' : 'light'])];
    this.ink = Uint32Array.from({ length: 256 }, (_, i) => pack(mix(paper, ink, i / 255)));
    this.run = run;
    this.build();
    this.go(playersFrame(run.n_frames - 1));
    this.box.dataset.id = run.id;
  }

  build() {
    const { run } = this;
    const focused = this.items?.findIndex(({ node }) => node === document.activeElement) ?? -1;
    this.items = run.labels.map((label, i) => {
      const canvas = element('canvas', { width: run.side, height: run.side, 'aria-hidden': 'true' });
      canvas.addEventListener('pointermove', (event) => this.read(event, i));
      canvas.addEventListener('pointerleave', () => { this.readout.textContent = ''; });
      const caption = run.captions ? [element('span', { class: 'caption', text: run.captions[i] })] : [];
      const node = run.choosable
        ? element('button', { type: 'button', role: 'radio', 'aria-label': label, title: label, onclick: () => this.choose(i), onkeydown: (event) => this.key_(event, i) }, canvas, ...caption)
        : element('div', { role: 'img', 'aria-label': label }, canvas, ...caption);
      return { node, context: canvas.getContext('2d'), image: new ImageData(run.side, run.side) };
    });
    for (const item of this.items) item.pixels = new Uint32Array(item.image.data.buffer);
    this.readout = element('p', { class: 'readout', 'aria-hidden': 'true' });
    const grid = element('div', { class: 'grid', role: run.choosable ? 'radiogroup' : 'group', 'aria-label': run.name });
    grid.style.setProperty('--size', `${run.size}px`);
    this.items.forEach(({ node }, i) => {
      if (run.signs && run.signs[i]) grid.append(element('span', { class: 'sign', 'aria-hidden': 'true', text: run.signs[i] }));
      grid.append(node);
    });
    grid.classList.toggle('row', Boolean(run.signs));
    grid.classList.toggle('captioned', Boolean(run.captions && !run.signs));
    this.grid = grid;
    this.box.replaceChildren(grid, footOf(this, run.name, this.readout));
    if (run.choosable) this.mark(run.chosen ?? -1);
    if (focused >= 0 && this.items[focused] && run.choosable) this.items[focused].node.focus();
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
    this.sending = setTimeout(() => this.trigger('chosen', i), 150); // a key held down passes many by
  }

  key_(event, i) {
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
    this.box.dataset.frame = this.frame;
  }

  read(event, i) {
    const { run } = this;
    const area = event.target.getBoundingClientRect();
    const place = (at, from, size) => Math.min(run.side - 1, Math.max(0, Math.floor(((at - from) / size) * run.side)));
    const [column, row] = [place(event.clientX, area.left, area.width), place(event.clientY, area.top, area.height)];
    const cell = row * run.side + column, cells = run.side * run.side;
    const byte = run.values[(this.frame * this.items.length + i) * cells + cell];
    const [low, high] = run.limits[i];
    const value = run.numbers ? formatNumber(run.numbers[i * cells + cell]) : `≈ ${(low + ((high - low) * byte) / 255).toFixed(2)}`;
    this.readout.textContent = `${run.labels[i]}, pixel ${row},${column}: ${value}`;
  }

  close() {
    this.closed = true;
    clearTimeout(this.sending);
    window.removeEventListener('ffbp:frame', this.follow);
  }
}

export default function (component) {
  return mount(Images, component);
}
