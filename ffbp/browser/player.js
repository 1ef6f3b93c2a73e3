// Draws one run's packed frames into an element: a timeline, the current losses and scores, and linked panels. The
// player uses its blob, Plotly and an element, but not the page around it. All results come from the blob.

import { Cards, scoreIn } from './cards.js';
import { Clock } from './clock.js';
import { download, element, withBanner } from './dom.js';
import { headerOf } from './header.js';
import { Keys, isTaken } from './keys.js';
import { formatNumber } from './numbers.js';
import { BoundaryPanel } from './panels/boundary.js';
import { CurvesPanel } from './panels/curves.js';
import { Kept } from './panels/kept.js';
import { NetworkPanel } from './panels/network.js';
import { Region } from './panels/region.js';
import { announce } from './players.js';
import { Presenter } from './present.js';
import { arrangement, letterOf } from './room.js';
import { Timeline } from './timeline.js';
import { unpack } from './unpack.js';

// A panel has a region, show(run), draw() in the present size and theme, paint(frame), describe(frame) in words, and
// picture(frame) as a canvas. Its `stage`, if it has one, is a Plotly plot.
const PANELS = { network: NetworkPanel, boundary: BoundaryPanel, loss: CurvesPanel, gradients: CurvesPanel };
const COLOURS = ['background', 'text', 'panel', 'border', 'primary'];

export class Player {
  // options: id, Plotly, theme {dark, background, text, panel, border, primary}, panels (names), help (for each panel
  // its entry of words/glossary.toml), frame (of the first
  // run), clock (its own by default), link() and scrollTop() of the page; onRest(frame, last), onWant() for all frames
  // of the run, onMeasure() for its stability, onSample(row), onPlace(x, y) for a click on the empty plane,
  // onCell(part, true class, predicted class), onUnit(layer, unit) for a click on a unit, both from 1,
  // onWeight(layer, unit, source, value) for a new initial weight, the source after the last one for a bias,
  // onGradient(layer, unit, source), onSizes(hidden, at) for other numbers of units, onPanel(names, presents) for the
  // panels in full size, null for none, onQuantity(key) for another view of the gradients' chart,
  // onSwap(id) for a kept run that is wanted back, onBranch(frame) for a second
  // run that begins at a frame. fills: whether one or two panels fill the window; below(): the height that is needed
  // below them; framed: whether the window is a frame of another page.
  // quiet: whether losses and scores are not told as numbers. full: the panels that are in full size at first, joined
  // by "-". presents: whether they are presented. quantity: the view of the gradients' chart at first.
  // onEdit(change) makes the boundary a drawing plane: {kind: 'add', point}, {kind: 'move', index, point} or
  // {kind: 'erase', index}. A point is its coordinates and its class or value (null: unchanged), index its row.
  constructor(root, options) {
    Object.assign(this, { root, options, theme: options.theme, clock: options.clock ?? new Clock() });
    [this.frame, this.full] = [0, null];
    this.kept = new Kept();
    this.presenter = new Presenter(this);
    this.keys = new Keys(this.presenter.possible);
    this.timeline = this.newTimeline();
    this.cards = this.newCards();
    const { kinds } = this, names = Object.keys(kinds).filter((name) => options.panels.includes(name));
    this.panels = names.map((name) => new kinds[name](this, name));
    for (const one of ['boundary', 'network', 'gradients']) this[one] = this.panels.find(({ name }) => name === one);
    this.grid = element('div', { class: 'panels' }, ...this.panels.map(({ region }) => region.section));
    this.live = element('p', { class: 'hidden', 'aria-live': 'polite' });
    this.cards.box.hidden = options.quiet === true;
    const parts = [this.timeline.box, this.cards.box, this.grid, this.live, ...this.presenter.parts];
    this.box = element('div', { class: 'ffbp', 'data-player': options.id, tabindex: -1 }, ...parts);
    root.replaceChildren(this.box);
    this.setTheme(options.theme);
    this.changed();
    this.enlarge(options.full ?? null);
    this.presenter.set(Boolean(options.presents));
    this.listen();
  }

  // The panels that there are, by name, the timeline, and the numbers above the panels.
  get kinds() {
    return PANELS;
  }

  newTimeline() {
    return new Timeline(this, this.options.link);
  }

  newCards() {
    return new Cards();
  }

  // The frame of a panel. Where it is not the only one, its title shows it in full size.
  regionOf(panel, title) {
    const several = this.options.panels.length > 1;
    return new Region(panel.name, title, {
      help: this.options.help?.[panel.name], save: () => this.save(panel),
      toggle: several ? () => this.toggle(panel.name) : null,
    });
  }

  listen() {
    this.box.addEventListener('ffbp:go', ({ detail }) => { if (this.run?.id === detail.run) this.jump(detail.frame); });
    this.box.addEventListener('ffbp:run', ({ detail }) => this.show(detail));
    this.box.addEventListener('ffbp:frames', ({ detail }) => this.receive(detail));
    this.box.addEventListener('ffbp:measured', ({ detail }) => this.take(detail));
    this.box.addEventListener('ffbp:refine', ({ detail }) => this.refine(detail));
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.root);
    this.resize = () => this.fit();
    this.hear = (event) => this.key(event);
    window.addEventListener('resize', this.resize);
    document.addEventListener('keydown', this.hear);
  }

  // Show a run, given as the blob of figures/pack.py, at the clock's position, the first one at the options' frame.
  async show(bytes) {
    const header = headerOf(bytes), { id } = header;
    if (id === this.asked) return; // a page sends it again at each of its reruns
    if (this.panels.some(({ name }) => name in PANELS && !(name in header))) return; // of another player
    this.asked = id;
    const run = await unpack(bytes);
    if (id !== this.asked || this.destroyed) return;
    const frame = this.run ? null : this.options.frame ?? null;
    this.run = run;
    this.clock.load(this, run.history.epoch, frame);
    this.frame = this.clock.frameOf(this);
    this.drawers = [this.timeline, this.cards, ...this.panels];
    for (const part of this.drawers) part.show(run);
    this.timeline.paint(this.frame); // before the space for the panels is measured, because these numbers take some
    this.cards.paint(this.frame);
    await this.fit(true);
    if (run !== this.run || this.destroyed) return;
    this.clock.go(this.clock.position);
    this.describe();
    this.painted();
    announce(this.box, 'shown');
    if (this.frame !== run.n_frames - 1) this.clock.rest(); // reports the frame; the page assumes the last one
  }

  // Maps, weights and wrong samples come for a few frames first. The row of a frame in them, or -1 until it is here.
  row(frame) {
    const { frames } = this.run;
    return frames ? frames.indexOf(frame) : frame;
  }

  get complete() {
    return !this.run?.frames;
  }

  // Take over the run's other frames. They are inflated only if they are missing.
  async receive(bytes) {
    const missing = () => !this.destroyed && !this.complete && headerOf(bytes).id === this.run.id;
    const rest = missing() && await unpack(bytes);
    if (!rest || !missing()) return;
    this.run.frames = null;
    for (const panel of this.panels) if (rest[panel.name]) panel.receive(rest[panel.name]);
    this.moved();
    this.describe();
    this.painted();
  }

  // Take over what was measured of the run after its picture was there.
  async take(bytes) {
    const found = await unpack(bytes);
    if (this.destroyed || found.run !== this.run?.id) return;
    for (const panel of this.panels) {
      panel.take?.(found);
      if (!panel.region.section.hidden) panel.paint(this.frame);
    }
    this.describe();
  }

  // Ask for the run's stability, once a run, because somebody wants to see it.
  measure() {
    if (this.measuring === this.run.id) return;
    this.measuring = this.run.id;
    this.options.onMeasure?.();
  }

  // Say which run every panel shows.
  painted() {
    if (this.row(this.frame) >= 0) this.box.dataset.run = this.run.id;
  }

  // The clock calls these four.

  // Ask for all frames, once a run, because somebody is about to play or to move the timeline.
  want() {
    if (this.complete || this.wanted === this.run.id) return;
    this.wanted = this.run.id;
    this.options.onWant?.();
  }

  moved() {
    this.frame = this.clock.frameOf(this);
    if (this.row(this.frame) < 0) this.want();
    for (const part of this.drawers) if (!part.region?.section.hidden) part.paint(this.frame);
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
    this.options.onRest?.(this.frame, this.run.n_frames - 1);
  }

  // Move the clock to a frame of this run. `jump` also stops playing and reports the frame.
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

  // Draw all panels in the space that the page leaves for them, if that has changed.
  async fit(force = false) {
    const width = this.root.clientWidth;
    if (!width) return;
    const { box, grid, panels, boundary, small, full, presenter: { on: presents, least } } = this;
    const scrolled = presents ? this.root.scrollTop : this.options.scrollTop?.() ?? window.scrollY;
    const top = box.getBoundingClientRect().top + scrolled;
    const { fills, below = () => 0 } = this.options;
    const end = presents ? this.root.getBoundingClientRect().bottom : window.innerHeight - below();
    const room = end - top - (grid.offsetTop - box.offsetTop) - 14;
    const names = panels.map(({ name }) => name), alone = full?.split('-') ?? names;
    const { kind, height, side } = arrangement({ width, room, small, full, presents, names, fills });
    const matrix = Boolean(boundary?.showsMatrix);
    const size = [width, kind, Math.round(height), side, matrix, full, least].join();
    if (!force && size === this.size) return;
    this.size = size;
    box.classList.toggle('small', small);
    box.classList.toggle('narrow', width < 900 && this.presenter.possible);
    box.classList.toggle('with-matrix', matrix);
    grid.classList.toggle('square', kind === 'square');
    grid.classList.toggle('alone', alone.length === 1);
    grid.classList.toggle('pair', alone.length === 2);
    this.root.style.setProperty('--last-row', `${least}px`);
    box.style.setProperty('--panel-height', `${Math.round(height)}px`);
    box.style.setProperty('--side', `${side}px`);
    if (boundary) boundary.matrix.box.hidden = !matrix;
    for (const { region } of panels) {
      region.show({ hidden: !alone.includes(region.name), full: region.name === full });
    }
    const drawn = panels.filter(({ region }) => !region.section.hidden);
    const narrowest = Math.min(...drawn.map(({ region }) => region.section.clientWidth)); // the third may be wider
    for (const { region: { section }, region } of drawn) {
      const { clientWidth, clientHeight } = section;
      region.letter = letterOf({ clientWidth: kind === 'rows' ? narrowest : clientWidth, clientHeight }, least);
    }
    if (this.run) await Promise.all(drawn.map((panel) => panel.draw()));
  }

  // Show one or two panels, joined by "-", in full size, or all of them again with null or if one is not there.
  async enlarge(names) {
    const known = names?.split('-').every((name) => this.panels.some((panel) => panel.name === name));
    const full = this.panels.length > 1 && known ? names : null;
    if (full === this.full) return;
    this.full = full;
    await this.redraw();
  }

  // Draw and paint the panels in their new sizes.
  async redraw() {
    if (!this.run) return;
    await this.fit();
    if (!this.destroyed) for (const panel of this.panels) panel.paint(this.frame);
  }

  // The title of a panel was clicked, or Escape pressed.
  async toggle(name) {
    await this.enlarge(name === this.full ? null : name);
    const { region: { section } } = this.panels.find((panel) => panel.name === name);
    if (this.small) section.scrollIntoView({ block: 'nearest' });
    this.options.onPanel?.(this.full, this.presenter.on);
  }

  // ? and Escape; when presenting, more. They control the player that has the focus, or the first, as the clock's do.
  key(event) {
    const target = event.composedPath()[0], inside = target instanceof Element ? target.closest('.ffbp') : null;
    if ((inside ?? document.querySelector('.ffbp')) !== this.box) return;
    if (this.presenter.key(event) || event.defaultPrevented || isTaken(event)) return;
    if (event.key === '?') this.keys.open(this.box);
    if (event.key === 'Escape' && this.full) this.leaveFull();
  }

  async leaveFull() {
    await this.enlarge(null);
    this.options.onPanel?.(null, this.presenter.on);
  }

  // Take from the server the finer map of the frame at rest, and the chosen samples.
  async refine(bytes) {
    const refined = await unpack(bytes);
    if (this.destroyed || !this.run || refined.run !== this.run.id) return;
    this.boundary?.refine(refined);
    this.network?.refine(refined);
    if (refined.adopted !== this.adopted && !this.clock.playing && refined.frame !== this.frame) this.go(refined.frame);
    if (refined.adopted !== this.adopted) {
      this.gradients?.choose(refined.gradients);
      this.enlarge(refined.panel);
      this.presenter.set(refined.present);
      this.presenter.still();
    }
    this.adopted = refined.adopted;
    this.box.dataset.refined = refined.frame;
  }

  // Keep the run behind the next ones, or let it go.
  keep() {
    if (!this.run) return;
    this.kept.toggle(this.run, this.theme);
    this.timeline.showKept();
    for (const panel of this.panels) panel.draw();
    this.boundary?.paint(this.frame);
  }

  summary() {
    const { run, frame, run: { history, metric } } = this;
    if (this.options.quiet) return `Epoch ${history.epoch[frame]}.`;
    const score = scoreIn(run);
    const words = (part, name) => `${name} loss ${formatNumber(history[`${part}_loss`][frame])}, `
      + `${name} ${metric} ${score(history[`${part}_score`][frame])}`;
    const test = run.has_test ? `, ${words('test', 'test')}` : '';
    return `Epoch ${history.epoch[frame]}: ${words('train', 'training')}${test}.`;
  }

  describe() {
    for (const panel of this.panels) panel.region.alternative.textContent = panel.describe(this.frame);
  }

  say(text) {
    this.live.textContent = text;
  }

  async save(panel) {
    if (!this.run || this.row(this.frame) < 0) return;
    const { frame, options: { letter } } = this, name = letter ? `${letter.toLowerCase()}-${panel.name}` : panel.name;
    const canvas = withBanner(await panel.picture(frame), this.run.banner, this.theme.background);
    download(`ffbp-${name}-epoch-${this.run.history.epoch[frame]}.png`, canvas.toDataURL('image/png'));
  }

  destroy() {
    this.destroyed = true;
    if (this.presenter.on) document.body.classList.remove('ffbp-presenting');
    this.clock.leave(this);
    window.removeEventListener('resize', this.resize);
    document.removeEventListener('keydown', this.hear);
    this.observer.disconnect();
    for (const panel of this.panels) panel.stage?.destroy();
    this.root.replaceChildren();
  }
}
