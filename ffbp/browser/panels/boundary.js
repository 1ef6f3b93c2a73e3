// The decision boundary, or the fit of a regression, over the plane: a map below the points, thin rings around wrong
// points, thick ones around chosen points, and the confusion matrix beside it. Plotly draws only the axes.

import { contour, trace } from '../contour.js';
import { element } from '../dom.js';
import { Editor } from '../editor.js';
import { lineWidth } from '../room.js';
import { Dots } from './dots.js';
import { fill } from './region.js';
import { ConfusionMatrix } from './matrix.js';
import { same, Stage } from './stage.js';
import { Surface } from './surface.js';

const HEADS = { corner: 'true \\ predicted', recall: 'recall', precision: 'precision' };
const REACH = 8; // pixels from a point within which the pointer is on it
const NOTHING = { type: 'scatter', mode: 'markers', x: [null], y: [null] };

export class BoundaryPanel {
  constructor(player, name) {
    this.player = player;
    this.name = name;
    this.view = { test: true, hard: false, mistakes: true, confusion: null, one: '' };
    this.marks = [];
    this.region = player.regionOf(this, 'Decision boundary');
    this.build();
    if (player.options.onEdit) this.editor = new Editor(this, player.options.onEdit);
  }

  build() {
    const { region, view, player } = this;
    const set = (key, changed) => (value) => { view[key] = value; changed(); };
    const repaint = () => this.paint(player.frame);
    this.select = region.select('Which class is shown', set('one', () => { repaint(); player.describe(); }));
    const refit = () => { player.fit(); repaint(); };
    const test = () => { this.fillLegend(); this.showMatrix(); repaint(); };
    this.testToggle = region.check('Test samples (hollow)', view.test, set('test', test));
    this.mistakeToggle = region.check('Rings around mistakes', true, set('mistakes', repaint));
    const hard = 'Each place in the colour of its class, instead of the shades of the output';
    this.hardToggle = region.check('Sharp classes', view.hard, set('hard', repaint), hard);
    this.matrixToggle = region.check('Confusion table', false, set('confusion', refit));
    this.stage = new Stage(player, region, repaint);
    this.matrix = new ConfusionMatrix({
      label: (truth, guess) => `Samples of class ${truth} predicted as ${guess}`,
      heads: HEADS, empty: false, tight: true,
      choose: player.options.onCell ? (cell) => this.chooseCell(cell) : null,
    });
    this.matrix.box.hidden = true;
    region.stage.prepend(this.matrix.box);
    region.stage.addEventListener('pointermove', (event) => this.hover(event), true);
    region.stage.addEventListener('pointerleave', () => { region.say(''); this.tip.hidden = true; });
    this.tip = element('div', { class: 'tip', 'aria-hidden': 'true', hidden: '' });
    region.stage.append(this.tip);
  }

  show(run) {
    const { view, region, stage } = this;
    const { plane, task } = run;
    const regression = task === 'regression', several = run.boundary.kind === 'regions';
    if (view.confusion === null || plane.slice !== this.run?.plane.slice) view.confusion = plane.slice && !regression;
    this.run = run;
    this.refined = null;
    this.surface = new Surface(run);
    this.surface.recolour(this.player.theme);
    const dots = new Dots(run);
    if (!same(dots.samples, this.dots?.samples ?? null)) this.zoom = run.id; // it is kept while the points stay
    this.dots = dots;
    this.tip.hidden = true;
    stage.show({ data: [NOTHING], layout: run.boundary.plot.layout });
    this.preview(null);
    const slice = plane.slice ? 'Slice through the mean' : regression ? 'Fit' : 'Decision boundary';
    region.title = plane.variance !== null ? 'Principal components' : slice;
    region.say('');
    for (const each of [this.matrixToggle, this.hardToggle, this.mistakeToggle]) each.hidden = regression;
    this.matrixToggle.firstChild.checked = view.confusion;
    this.testToggle.hidden = !run.has_test;
    this.select.hidden = !several;
    if (several) {
      if (+view.one >= run.classes.length) view.one = '';
      const names = run.classes.map((name, k) => [String(k), this.surface.outputOf(name)]);
      fill(this.select, [['', 'all classes'], ...names], view.one);
    }
    this.showMatrix();
    this.editor?.show(run);
  }

  // Take over what is painted at each frame; axes and samples are the same at all.
  receive({ plot, samples, ...frames }) {
    Object.assign(this.run.boundary, frames);
    this.showMatrix();
  }

  showMatrix() {
    const { run } = this;
    if (!run?.boundary.points) return;
    this.part = run.boundary.points.test && this.view.test ? 'test' : 'train';
    const { confusion, precision, recall } = run.boundary.points[this.part];
    const rates = { precision, recall, accuracy: run.history[`${this.part}_score`] };
    const set = this.part === 'test' ? 'test' : 'training';
    this.matrix.show({ classes: run.classes, counts: confusion, ...rates }, `Confusion table, ${set} set`);
  }

  get showsMatrix() {
    return Boolean(this.view.confusion && this.run?.boundary.points);
  }

  chooseCell(cell) {
    const k = this.run.classes.length;
    this.player.options.onCell(this.part, Math.floor(cell / k), cell % k);
  }

  async draw() {
    if (!this.run) return;
    this.surface.recolour(this.player.theme);
    this.fillLegend();
    const first = await this.stage.draw(this.zoom, (data, layout) => {
      this.stage.fillLegend(this.dots.shown(true), layout); // room for all entries, whether they are shown or not
      this.fillLegend();
      return { data, zoom: [this.zoom, this.zoom] };
    });
    if (first) this.listenForClicks();
  }

  fillLegend() {
    this.stage.fillLegend(this.dots.shown(this.view.test));
  }

  // Report a click on a point as its sample, and a click elsewhere on the plane as a pair of inputs. Ignore drags.
  listenForClicks() {
    const { stage, stage: { plot }, player: { options } } = this;
    let from = null;
    plot.addEventListener('pointerdown', (event) => { from = [event.clientX, event.clientY]; }, true);
    plot.addEventListener('click', (event) => {
      // After a touch, Plotly first sends a click without a place, then one with it, and so does the browser.
      if (!from || Math.hypot(event.clientX - from[0], event.clientY - from[1]) >= 4) return;
      from = null;
      const at = !event.target.closest('.modebar') && stage.pixelAt(event);
      if (!at) return;
      this.hover(event); // a finger does not hover
      const sample = this.dots.nearest(at, REACH);
      if (sample) options.onSample?.(sample.index);
      else options.onPlace?.(...stage.unitsAt(at));
    }, true);
  }

  // Take the finer map of a frame and the places of the chosen samples.
  refine(refined) {
    this.refined = refined.values ? refined : null;
    this.marks = refined.marks;
    this.paint(this.player.frame);
  }

  // Show the map of the diagram's chosen unit under this heading instead of the network's output; null: the output.
  preview(heading) {
    if (heading === (this.previewed ?? null)) return;
    this.previewed = heading;
    this.region.instead(heading);
    if (this.run && this.stage.axes) this.paint(this.player.frame);
  }

  moment(frame) {
    const one = this.run.boundary.kind === 'regions' && this.view.one !== '' ? +this.view.one : null;
    const fine = this.refined?.frame === frame ? this.refined : null;
    return { row: this.player.row(frame), fine, one, hard: this.view.hard };
  }

  paint(frame) {
    const { run, stage, surface, region, dots, view, player } = this, row = player.row(frame);
    const context = stage.canvas();
    stage.painted();
    if (!context) return;
    dots.place(stage, { test: view.test, theme: player.theme });
    region.wait(row < 0);
    this.placeMarks();
    const unit = this.previewed && player.network.chosenMap(frame);
    if (unit) this.paintPicture(context, unit);
    if (row < 0 || surface.is_line || unit) dots.paint(context); // samples are the same at every frame
    if (row < 0 || unit) return;
    if (surface.is_line) surface.paintCurves(context, row, stage);
    else {
      this.paintSurface(context, frame);
      player.kept.paint(context, { run, stage, theme: player.theme });
    }
    if (run.boundary.points && view.mistakes) this.paintWrong(context, row);
    if (!surface.is_line) dots.paint(context);
    if (this.showsMatrix) this.matrix.paint(row, frame);
  }

  paintSurface(context, frame) {
    const { run: { plane, boundary }, stage } = this;
    const { n, heat, numbers } = this.surface.cells(this.moment(frame));
    this.paintPicture(context, heat, Boolean(numbers));
    if (!numbers || boundary.kind === 'value') return;
    trace(context, contour(numbers, n, 0.5), n, plane, stage);
    context.lineWidth = lineWidth(2.5);
    context.strokeStyle = this.player.theme.dark ? '#ffffff' : '#111111';
    context.stroke();
  }

  // Stretch a picture over the plane.
  paintPicture(context, picture, smooth = true) {
    const { run: { plane: { x: [x0, x1], y: [y0, y1] } }, stage: { toX, toY } } = this;
    context.imageSmoothingEnabled = smooth;
    context.drawImage(picture, toX(x0), toY(y1), toX(x1) - toX(x0), toY(y0) - toY(y1));
  }

  // The indices of the wrong points of the training or test set.
  *wrong(part, row) {
    const { wrong } = this.run.boundary.points[part], { n } = this.dots.part(part);
    const start = row * wrong.shape[1];
    for (let i = 0; i < n; i++) if ((wrong[start + (i >> 3)] >> (i & 7)) & 1) yield i;
  }

  paintWrong(context, row) {
    const { run: { boundary: { points }, palette }, dots } = this;
    context.lineWidth = 1.4;
    context.strokeStyle = palette.wrong[this.player.theme.dark ? 'dark' : 'light'];
    context.beginPath();
    for (const part of Object.keys(points)) {
      if (part !== 'test' || this.view.test) dots.ring(context, part, this.wrong(part, row));
    }
    context.stroke();
  }

  // The rings of chosen samples lie above the points, so they are elements and not on the canvas below.
  placeMarks() {
    const { marks, stage: { clip, toX, toY } } = this;
    while (clip.childElementCount - 1 > marks.length) clip.lastChild.remove();
    while (clip.childElementCount - 1 < marks.length) clip.append(element('div', { class: 'mark' }));
    marks.forEach(([x, y], i) => { clip.children[i + 1].style.transform = `translate(${toX(x)}px, ${toY(y)}px)`; });
  }

  hover(event) {
    const { stage, region, surface, player, player: { frame } } = this;
    if (!this.run || !stage.axes) return;
    const at = stage.pixelAt(event), there = at && player.row(frame) >= 0;
    region.say(there ? surface.read(this.moment(frame), ...stage.unitsAt(at)) : '');
    this.point(at && !this.editor && !event.buttons ? this.dots.nearest(at, REACH) : null);
  }

  // Name the sample beside its point, on the side with more room.
  point(sample) {
    const { tip, stage: { plot, axes: { _size } } } = this;
    tip.hidden = !sample;
    if (!sample) return;
    const [x, y] = sample.at;
    tip.textContent = this.dots.words(sample);
    tip.classList.toggle('left', x > _size.w / 2);
    tip.style.left = `${plot.offsetLeft + _size.l + x}px`;
    tip.style.top = `${plot.offsetTop + _size.t + y}px`;
  }

  describe(frame) {
    const { run, region: { title }, player } = this;
    const row = player.row(frame), points = row < 0 ? {} : run.boundary.points ?? {};
    const count = (part) => `${[...this.wrong(part, row)].length} of ${this.dots.part(part).n}`;
    const wrong = Object.keys(points).map((part) => `${count(part)} ${part} samples wrong`).join(', ');
    return `${title} over ${run.plane.names.join(' and ')}. ${wrong} ${player.summary()}`;
  }

  picture() {
    const { stage, dots, view, player } = this;
    const explained = ({ marker, ...look }) => ({
      ...NOTHING, ...look, marker: { ...marker, color: marker.color ?? player.theme.text },
    });
    const below = (context, box) => stage.paintInto(context, box);
    return stage.picture({ below, data: dots.shown(view.test).map(explained) });
  }
}
