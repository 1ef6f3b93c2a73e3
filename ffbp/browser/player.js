// Draws one run's packed frames into an element: a timeline, the figures of the moment and linked panels. It knows its
// blob, Plotly and an element, and nothing about the page around it. It computes nothing that the core has computed.

import { Cards, scoreIn } from './cards.js';
import { Clock } from './clock.js';
import { download, element } from './dom.js';
import { formatNumber } from './numbers.js';
import { BoundaryPanel } from './panels/boundary.js';
import { CurvesPanel } from './panels/curves.js';
import { NetworkPanel } from './panels/network.js';
import { announce } from './players.js';
import { Timeline } from './timeline.js';
import { unpack } from './unpack.js';

// A panel has show(run), draw() at its size and in the theme, paint(frame), describe(frame) in words, picture(frame) as
// a canvas, destroy(), and a region to stand in; hover(event) where Plotly does not read out what is under the pointer.
const PANELS = { network: NetworkPanel, boundary: BoundaryPanel, loss: CurvesPanel, gradients: CurvesPanel };
const COLOURS = ['background', 'text', 'panel', 'border', 'primary'];

export class Player {
  // options: id, Plotly, theme {dark, background, text, panel, border, primary}, panels (names), clock (its own by
  // default), link() and scrollTop() of the page; onRest(frame, last), onSample(row), onPlace(x, y) for a click on the
  // empty plane, onCell(part, true class, predicted class). onEdit(change) makes the boundary a drawing plane:
  // {kind: 'add', point}, {kind: 'move', index, point} or {kind: 'erase', index}; a point is its place and its class or
  // value (null: as it was), index its row in the data.
  constructor(root, options) {
    Object.assign(this, { root, options, theme: options.theme, clock: options.clock ?? new Clock(), frame: 0 });
    this.timeline = new Timeline(this, options.link);
    this.cards = new Cards();
    const names = Object.keys(PANELS).filter((name) => options.panels.includes(name));
    this.panels = names.map((name) => new PANELS[name](this, name));
    this.boundary = this.panels.find(({ name }) => name === 'boundary');
    this.grid = element('div', { class: 'panels' }, ...this.panels.map(({ region }) => region.section));
    this.live = element('p', { class: 'hidden', 'aria-live': 'polite' });
    const parts = [this.timeline.box, this.cards.box, this.grid, this.live];
    this.box = element('div', { class: 'ffbp', 'data-player': options.id }, ...parts);
    root.replaceChildren(this.box);
    this.setTheme(options.theme);
    this.changed();
    this.listen();
  }

  listen() {
    this.box.addEventListener('ffbp:go', ({ detail }) => { if (this.run?.id === detail.run) this.jump(detail.frame); });
    this.box.addEventListener('ffbp:refine', ({ detail }) => this.refine(detail));
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.root);
    this.resize = () => this.fit();
    window.addEventListener('resize', this.resize);
  }

  // The panels' own blob of a run (figures/pack.py), at a frame or where the clock stands.
  async show(bytes, frame = null) {
    const ticket = (this.ticket = (this.ticket ?? 0) + 1);
    const run = await unpack(bytes);
    if (ticket !== this.ticket || this.destroyed) return;
    this.run = run;
    this.clock.load(this, run.history.epoch, frame);
    this.frame = this.clock.frameOf(this);
    this.drawers = [this.timeline, this.cards, ...this.panels];
    for (const part of this.drawers) part.show(run);
    this.timeline.paint(this.frame); // before the room is measured, because these figures take some
    this.cards.paint(this.frame);
    await this.fit(true);
    if (ticket !== this.ticket || this.destroyed) return;
    this.clock.go(this.clock.position);
    this.describe();
    this.box.dataset.run = run.id;
    announce(this.box, 'shown');
    if (this.frame !== run.n_frames - 1) this.clock.rest(); // until it is told, the page takes it to be at the end
  }

  // What the clock tells.

  moved() {
    this.frame = this.clock.frameOf(this);
    for (const part of this.drawers) part.paint(this.frame);
    this.box.dataset.frame = this.frame;
    announce(this.box, 'frame', this.frame);
  }

  changed() {
    this.timeline.changed(this.clock);
    this.box.dataset.playing = this.clock.playing;
  }

  rested() {
    this.describe();
    this.say(this.summary());
    if (this.options.onRest) this.options.onRest(this.frame, this.run.n_frames - 1);
  }

  // Moves the clock to a frame of this run; `jump` is a move that comes to rest.
  go(frame) {
    this.clock.go(this.clock.frameAt(this, frame));
  }

  jump(frame) {
    this.clock.jump(this.clock.frameAt(this, frame));
  }

  setTheme(theme) {
    for (const name of COLOURS) this.root.style.setProperty(`--ffbp-${name}`, theme[name]);
    if (JSON.stringify(theme) === JSON.stringify(this.theme)) return;
    this.theme = theme;
    this.fit(true);
  }

  get small() {
    return this.root.clientWidth < 640;
  }

  // Draws all panels at the size that the page leaves for them, if that has changed.
  async fit(force = false) {
    const width = this.root.clientWidth;
    if (!width) return;
    const { box, grid, panels, boundary, small } = this;
    const scrolled = this.options.scrollTop ? this.options.scrollTop() : window.scrollY;
    const top = this.root.getBoundingClientRect().top + scrolled;
    const room = window.innerHeight - top - (grid.offsetTop - box.offsetTop) - 14;
    const height = Math.round(small || panels.length < 3 ? 300 : Math.min(Math.max((room - 8) / 2, 190), 460));
    const matrix = Boolean(boundary?.showsMatrix);
    const size = `${width}x${height}x${matrix}`;
    if (!force && size === this.size) return;
    this.size = size;
    box.classList.toggle('small', small);
    box.classList.toggle('with-matrix', matrix);
    box.style.setProperty('--panel-height', `${height}px`);
    if (boundary) boundary.matrix.box.hidden = !matrix;
    if (this.run) await Promise.all(panels.map((panel) => panel.draw()));
  }

  // The finer map of the frame at rest and the chosen samples, as the server computed them.
  async refine(bytes) {
    const refined = await unpack(bytes);
    if (this.destroyed || !this.run || refined.run !== this.run.id) return;
    if (this.boundary) this.boundary.refine(refined);
    if (refined.adopted !== this.adopted && !this.clock.playing && refined.frame !== this.frame) this.go(refined.frame);
    this.adopted = refined.adopted;
    this.box.dataset.refined = refined.frame;
  }

  summary() {
    const { run, frame, run: { history: h, metric } } = this;
    const score = scoreIn(run);
    const part = (name) => `${formatNumber(h[`${name}_loss`][frame])}`;
    const test = `, test loss ${part('test')}, test ${metric} ${score(h.test_score[frame])}`;
    const train = `training loss ${part('train')}, training ${metric} ${score(h.train_score[frame])}`;
    return `Epoch ${h.epoch[frame]}: ${train}${run.has_test ? test : ''}.`;
  }

  describe() {
    for (const panel of this.panels) panel.region.alternative.textContent = panel.describe(this.frame);
  }

  say(text) {
    this.live.textContent = text;
  }

  async save(panel) {
    if (!this.run) return;
    const { frame } = this;
    const canvas = await panel.picture(frame);
    download(`ffbp-${panel.name}-epoch-${this.run.history.epoch[frame]}.png`, canvas.toDataURL('image/png'));
  }

  destroy() {
    this.destroyed = true;
    this.clock.leave(this);
    window.removeEventListener('resize', this.resize);
    this.observer.disconnect();
    for (const panel of this.panels) panel.destroy();
    this.root.replaceChildren();
  }
}
