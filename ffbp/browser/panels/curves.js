// A chart over epochs, of the loss or the gradients, with several views and a cursor at the epoch shown.

import { layerColour } from '../colours.js';
import { formatNumber } from '../numbers.js';
import { lineWidth } from '../room.js';
import { Ends } from './ends.js';
import { fill } from './region.js';
import { Stage } from './stage.js';
import { Strip } from './strip.js';

const BAR = 0.7; // the width of a layer's bar, where layers are 1 apart
const EXPONENT = 0.7; // the size of an exponent's letters beside a power's
const NOTHING_DRAWN = { type: 'scatter', mode: 'markers', x: [null], y: [null], hoverinfo: 'skip' };
const TITLES = { loss: 'Loss', gradients: 'Gradients per layer' };

export class CurvesPanel {
  constructor(player, name) {
    this.player = player;
    this.name = name;
    this.view = name === 'gradients' && player.options.quantity || ''; // a key of the figure's views
    this.log = null; // no choice made
    this.region = player.regionOf(this, TITLES[name]);
    this.select = this.region.select(`${TITLES[name]} chart: quantity`, (key) => {
      this.view = key;
      this.draw();
      if (name === 'gradients') player.options.onQuantity?.(key);
    });
    const rescale = (log) => { this.log = log; this.draw(); };
    if (name === 'loss') this.toggle = this.region.check('Logarithmic axis', false, rescale);
    this.stage = new Stage(player, this.region, () => this.paint(player.frame));
    this.ends = new Ends(this.stage, this.region);
    this.strip = new Strip(this.stage, this.region);
  }

  show(run) {
    this.run = run;
    this.measured = null;
    this.strip.looks = run[this.name].plot.layout.meta.steps ?? [];
    this.strip.show(null);
    this.use(run[this.name].plot);
    this.offer();
  }

  // The views to choose from; those that somebody has to measure first, only where somebody can.
  offer() {
    const { figure: { layout }, player: { options } } = this;
    const views = layout.meta.views.filter(({ measured }) => !measured || this.measured || options.onMeasure);
    if (!views.some((view) => view.key === this.view)) this.view = views[0].key;
    fill(this.select, views.map(({ key, label }) => [key, label]), this.view);
  }

  // Show a view by its key, or the first one.
  choose(key) {
    this.view = key ?? '';
    this.offer();
    if (!this.region.section.hidden) this.draw();
  }

  // Show a figure, with the curve that was measured afterwards.
  use(figure) {
    const { measured } = this;
    if (measured) {
      const views = figure.layout.meta.views.map((view) => (view.key === measured.view.key ? measured.view : view));
      const layout = { ...figure.layout, meta: { ...figure.layout.meta, views } };
      this.figure = { data: [...figure.data, measured.trace], layout };
    } else {
      this.figure = figure;
    }
    this.given = figure;
    this.stage.show(this.figure);
  }

  // The curves of all views.
  receive({ plot }) {
    this.use(plot);
    this.draw();
  }

  // What was measured of the run after its picture was there: the kinds of its steps, or its stability.
  take({ steps = null, stability = null }) {
    if (this.name === 'loss' && steps) {
      this.strip.show(steps, this.run);
    } else if (this.name === 'gradients' && stability) {
      this.measured = stability;
      this.use(this.given);
      this.offer();
    } else {
      return;
    }
    this.draw();
  }

  async draw() {
    const { view, log, run } = this;
    if (!run) return;
    const missing = !this.bars && !this.figure.data.some(({ meta }) => meta === view);
    this.region.wait(missing);
    if (missing && this.shown.measured) this.player.measure();
    else if (missing) this.player.want();
    const changing = [view, log, run.diverged_at, lineWidth(2), this.player.kept.key(run), this.strip.legend];
    await this.stage.draw(changing, (data, layout) => this.style(data, layout));
  }

  get shown() {
    return this.figure.layout.meta.views.find(({ key }) => key === this.view);
  }

  // Whether bars show the layers at the present epoch, instead of curves over all epochs.
  get bars() {
    return Boolean(this.shown.bars);
  }

  style(data, layout) {
    const { run, player, player: { presenter: { least } }, toggle, shown: view } = this;
    // By default, a diverged run's loss has a log axis; on a linear one, only its last point would be visible.
    const wanted = this.log ?? run.diverged_at !== null;
    const { x, ...ranges } = player.kept.ranges(this.name, view, run, layout.xaxis.range);
    const log = Boolean((wanted || !toggle) && ranges.log);
    if (toggle) {
      toggle.firstChild.checked = wanted;
      toggle.hidden = !ranges.log;
    }
    const { xaxis, yaxis } = layout;
    Object.assign(xaxis, { showgrid: true, range: [...x] });
    Object.assign(yaxis, {
      showgrid: true, tickfont: { size: Math.max((log ? 11 : 13) * this.stage.scale, least / (log ? EXPONENT : 1)) },
      type: log ? 'log' : 'linear', range: [...(log ? ranges.log : ranges.linear)],
      title: { ...yaxis.title, text: view.title + (toggle && log ? ' (log)' : '') },
    });
    delete yaxis.dtick;
    const decades = yaxis.range[1] - yaxis.range[0];
    if (log) yaxis.dtick = decades < 1.2 ? (least ? 'D2' : 'D1') : Math.max(1, Math.ceil(decades / 6));
    this.colour(data, layout);
    const thick = ({ line }) => line && { line: { ...line, width: lineWidth(line.width) } };
    const shown = data.filter(({ meta }) => meta === view.key).map((t) => ({ ...t, visible: true, ...thick(t) }));
    const layers = this.name === 'gradients';
    this.ends.show(layers ? shown : []);
    const kept = this.bars ? [] : player.kept.traces(this.name, view.key, run, player.theme);
    this.stage.fillLegend([...(layers ? [] : shown), ...kept, ...this.strip.legend], layout);
    const zoom = [`${run.id}${this.bars}`, `${run.id}${view.key}${log}${Boolean(this.measured)}`];
    const drawing = { data: this.bars ? [NOTHING_DRAWN] : [...kept, ...shown], zoom };
    const level = view.zero ?? view.edge;
    if (!level) return drawing;
    const line = { color: player.theme.text, width: 1, dash: 'dot' };
    layout.shapes = [{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: level, y1: level, line }];
    const [text, xanchor] = view.zero ? ['exactly zero', 'right'] : [`edge of stability${view.note ?? ''}`, 'left'];
    const place = { xref: 'paper', x: +(xanchor === 'right'), xanchor, y: log ? Math.log10(level) : level };
    const look = { showarrow: false, bgcolor: player.theme.background, opacity: 0.85, borderpad: 0 };
    layout.annotations = [{ ...place, ...look, yanchor: 'bottom', text }];
    return drawing;
  }

  // The layers' colours suit the theme. Layers have names at their ends, or an axis of their own for bars.
  colour(data, layout) {
    const { run, player: { theme }, stage: { scale }, shown: { bars } } = this;
    if (this.name !== 'gradients') return;
    const colour = ({ name, meta }) => (meta === this.measured?.view.key ? theme.primary
      : layerColour(run.palette, theme, +name.replace('layer ', '')));
    for (const trace of data) trace.line = { ...trace.line, color: colour(trace) };
    if (!bars) {
      layout.margin.r = 52 * scale;
      return;
    }
    const ticks = Array.from({ length: bars }, (_, i) => i + 1), title = { ...layout.xaxis.title, text: 'layer' };
    Object.assign(layout.xaxis, {
      range: [0.4, bars + 0.6], tickmode: 'array', tickvals: ticks, ticktext: ticks.map(String), title, showgrid: false,
    });
  }

  // The gradient of each layer at a frame as a bar, with its number above.
  paintBars(frame) {
    const { stage, stage: { axes: { _size: { h } }, region: { letter } }, player, run } = this;
    const context = stage.canvas();
    if (!context) return;
    context.textAlign = 'center';
    context.font = `${letter}px ${getComputedStyle(player.root).fontFamily}`;
    run.history.grad_norm.forEach((norms, l) => {
      const value = norms[frame], top = value > 0 ? Math.min(stage.heightOf(value), h) : h;
      const left = stage.toX(l + 1 - BAR / 2), width = stage.toX(l + 1 + BAR / 2) - left;
      context.fillStyle = layerColour(run.palette, player.theme, l + 1);
      context.fillRect(left, top, width, h - top);
      context.fillStyle = player.theme.text;
      context.fillText(formatNumber(value), left + width / 2, Math.max(top - 5, letter), width / BAR);
    });
  }

  x(frame) {
    return this.stage.toX(this.run.history.epoch[frame]);
  }

  paint(frame) {
    const { cursor, axes } = this.stage;
    this.stage.painted();
    if (!axes) return;
    cursor.hidden = this.bars;
    if (this.bars) {
      this.paintBars(frame);
      return;
    }
    this.stage.canvas();
    this.ends.place();
    this.strip.place();
    cursor.style.transform = `translateX(${this.x(frame)}px)`;
    cursor.style.background = this.run.palette.cursor;
  }

  describe(frame) {
    if (this.name === 'loss') return `${this.player.summary()} ${this.strip.describe(frame)}`.trim();
    if (this.measured && this.view === this.measured.view.key) return this.describeMeasured(frame);
    const texts = this.run.history.grad_norm.map((norm, l) => `layer ${l + 1} ${formatNumber(norm[frame])}`);
    return `Gradient size at this epoch: ${texts.join(', ')}.`;
  }

  // Stability at the last measured epoch up to a frame.
  describeMeasured(frame) {
    const { measured: { trace: { x, y, text } }, run: { history: { epoch } } } = this;
    const i = x.findLastIndex((at) => at <= epoch[frame]);
    return `Stability at epoch ${x[i]}: ${formatNumber(y[i])} (${text[i]}); 1 is the edge.`;
  }

  picture(frame) {
    const below = (context, box) => this.stage.paintInto(context, box);
    const above = (context, box) => {
      const [left, top, , height] = box;
      if (this.bars) return;
      this.strip.paintInto(context, box);
      context.fillStyle = this.stage.cursor.style.background;
      context.fillRect(left + this.x(frame) - 1, top, 2, height);
    };
    return this.stage.picture({ below, above });
  }
}
