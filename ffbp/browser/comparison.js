// Two runs side by side on one clock: a player for each, and the pair, which has the timeline, the numbers of both, the
// map of where they disagree, and their losses in one chart.

import { element } from './dom.js';
import { headerOf } from './header.js';
import { CurvesPanel } from './panels/curves.js';
import { DisagreementPanel } from './panels/disagreement.js';
import { Region } from './panels/region.js';
import { formatNumber } from './numbers.js';
import { Player } from './player.js';
import { PairClock } from './same_loss.js';
import { Timeline } from './timeline.js';
import { Versus } from './versus.js';

const LETTERS = ['A', 'B'];

// The frame of a run's panel, which names the run.
class SideRegion extends Region {
  constructor(letter, name, title, options) {
    super(name, `${letter}: ${title}`, options);
    this.letterOfRun = letter;
  }

  get title() {
    return super.title.replace(/^[AB]: /, '');
  }

  set title(text) {
    super.title = this.letterOfRun ? `${this.letterOfRun}: ${text}` : text;
  }
}

// One of the two runs. options: those of a player, its letter, leads: whether an address moves the clock to its frame,
// onChanged() for a new run, new frames or a finer map, and toggle(name) for a panel in full size, or all again.
class Side extends Player {
  regionOf(panel, title) {
    const { help, letter, toggle } = this.options;
    const options = { help: help?.[panel.name], save: () => this.save(panel), toggle: () => toggle(panel.name) };
    return new SideRegion(letter, panel.name, title.replace(' per layer', ''), options);
  }

  async enlarge() {} // the pair does that for both

  async leaveFull() {
    await this.options.toggle(this.full);
  }

  async show(bytes) {
    await super.show(bytes);
    this.options.onChanged();
  }

  async receive(bytes) {
    await super.receive(bytes);
    this.options.onChanged();
  }

  async refine(bytes) {
    await super.refine(bytes);
    this.options.onChanged();
  }

  go(frame) {
    if (this.options.leads) super.go(frame);
  }

  say() {} // the pair speaks for both
}

const BY_HELP = 'Both runs at the same epoch, or each when it first reached the same training loss';

// The timeline of both, by epoch or by loss.
class PairTimeline extends Timeline {
  constructor(player, link) {
    super(player, link);
    this.by = element('select', {
      'aria-label': 'Both at the same', title: BY_HELP, onchange: () => player.compareBy(this.by.value),
    }, ...['epoch', 'loss'].map((value) => element('option', { value, text: `same ${value}` })));
    this.speed.before(this.by);
  }

  paint(frame) {
    super.paint(frame);
    const { clock } = this.player;
    if (!clock.byLoss || !this.player.moments) return;
    const text = `loss ${formatNumber(clock.level)}`;
    this.epoch.textContent = text;
    this.slider.setAttribute('aria-valuetext', `training ${text}`);
  }
}

// The losses of both. By loss, a line at the present one, and a mark where each run first reached it.
class LossesOfTwo extends CurvesPanel {
  paint(frame) {
    super.paint(frame);
    const { stage, run, player: { clock, moments } } = this;
    if (!stage.axes || !clock.byLoss || !moments || this.shown.key !== 'loss') return;
    stage.cursor.hidden = true;
    const context = stage.canvas(), y = stage.heightOf(clock.level);
    if (!context) return;
    context.lineWidth = 2;
    context.strokeStyle = run.palette.cursor;
    context.strokeRect(-2, y, stage.axes._size.w + 4, 0);
    moments.forEach(({ run: { history }, frame: at }, i) => {
      if (!clock.hasReached(i)) return;
      context.fillStyle = run.palette.runs[i];
      context.beginPath();
      context.arc(stage.toX(history.epoch[at]), y, 6, 0, 2 * Math.PI);
      context.fill();
    });
  }
}

export class Comparison extends Player {
  // options: those of a player, sides: ids of the two runs' players, sidePanels: names of their panels.
  constructor(root, options) {
    super(root, { ...options, clock: new PairClock() });
    const { sides, sidePanels, Plotly, theme, help, scrollTop } = options;
    this.box.classList.add('comparison');
    const place = (id, i) => element('div', { class: `side ${id}`, role: 'group', 'aria-label': LETTERS[i] });
    const places = sides.map(place);
    this.grid.prepend(...places);
    this.sides = sides.map((id, i) => new Side(places[i], {
      id, panels: sidePanels, Plotly, theme, help, scrollTop, clock: this.clock, letter: LETTERS[i], leads: i === 0,
      toggle: (name) => this.toggle(name),
      onChanged: () => this.repaint(), onWant: options.onFrames,
    }));
    this.clock.sides = this.sides;
  }

  get kinds() {
    return { disagreement: DisagreementPanel, loss: LossesOfTwo };
  }

  newTimeline() {
    return new PairTimeline(this, this.options.link);
  }

  // Show both at the same 'epoch' or 'loss', at or near these frames, as soon as both are here.
  compareBy(what, frames = null) {
    const { clock, moments, timeline } = this;
    timeline.by.value = what;
    clock.byLoss = what === 'loss';
    this.due = moments ? null : frames;
    if (!moments) return;
    this.want();
    clock.go(clock.positionOf(frames ?? moments.map(({ frame }) => frame)));
    clock.rest();
  }

  // The address says by what and, by loss, where.
  async refine(bytes) {
    const { adopted, by, frames } = headerOf(bytes);
    const isNew = adopted !== this.adopted && (by === 'loss' || by !== this.timeline.by.value);
    this.adopted = adopted;
    if (isNew) this.compareBy(by, frames);
  }

  newCards() {
    return new Versus(this);
  }

  regionOf(panel, title) {
    const { name } = panel, actions = { save: () => this.save(panel), toggle: () => this.toggle(name) };
    return new Region(name, title, { ...actions, help: this.options.help?.[name] });
  }

  // Show a panel in full size, those of both runs beside each other, or all panels with null.
  async enlarge(name) {
    const { box, sides = [], options: { panels, sidePanels } } = this;
    const full = [...panels, ...sidePanels].includes(name) ? name : null;
    if (full === this.full) return;
    if (full) box.dataset.full = full;
    else delete box.dataset.full;
    const players = [this, ...sides];
    for (const player of players) player.full = full;
    for (const side of sides) side.root.hidden = panels.includes(full);
    await Promise.all(players.map((player) => player.redraw()));
  }

  async toggle(name) {
    await this.enlarge(name === this.full ? null : name);
    this.box.scrollIntoView({ block: this.full ? 'start' : 'nearest' });
  }

  // The runs and the frames that they show; null until both are here.
  get moments() {
    const { sides, clock } = this;
    if (!sides?.every(({ run }) => run)) return null;
    return sides.map((side) => ({ side, run: side.run, frame: clock.frameOf(side) }));
  }

  async show(bytes) {
    await super.show(bytes);
    this.repaint();
  }

  // Something of the pair or of a run has arrived.
  repaint() {
    if (!this.run) return;
    if (this.due && this.moments) this.compareBy(this.timeline.by.value, this.due);
    this.cards.paint();
    for (const panel of this.panels) panel.paint(this.frame);
    this.describe();
    const shown = this.moments && this.sides.every(({ box, run }) => box.dataset.run === run.id);
    if (shown) this.box.dataset.both = this.run.id;
  }

  want() {
    for (const side of this.sides ?? []) if (side.run) side.want();
  }

  setTheme(theme) {
    super.setTheme(theme);
    for (const side of this.sides ?? []) side.setTheme(theme);
  }

  summary() {
    const { moments } = this;
    if (!moments) return '';
    const texts = moments.map(({ side, frame, run }, i) => (
      `${LETTERS[i]}, epoch ${run.history.epoch[frame]}: ${side.summary().replace(/^Epoch \d+: /, '')}`));
    return [...texts, this.cards.disagreement].filter(Boolean).join(' ');
  }

  destroy() {
    for (const side of this.sides) side.destroy();
    super.destroy();
  }
}
