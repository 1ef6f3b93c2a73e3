// A chart over epochs, of the loss or the gradients, with several views and a cursor at the epoch shown.

import { formatNumber } from '../numbers.js';
import { lineWidth } from '../room.js';
import { fill } from './region.js';
import { Stage } from './stage.js';

const TITLES = { loss: 'Loss', gradients: 'Gradients per layer' };

export class CurvesPanel {
  constructor(player, name) {
    this.player = player;
    this.name = name;
    this.view = ''; // a key of the figure's views
    this.log = null; // no choice made
    this.region = player.regionOf(this, TITLES[name]);
    this.select = this.region.select('What the chart shows', (key) => { this.view = key; this.draw(); });
    if (name === 'loss') this.toggle = this.region.check('log', false, (log) => { this.log = log; this.draw(); });
    this.stage = new Stage(player, this.region, () => this.paint(player.frame));
  }

  show(run) {
    this.run = run;
    this.figure = run[this.name].plot;
    this.stage.show(this.figure);
    const { views } = this.figure.layout.meta;
    if (!views.some((view) => view.key === this.view)) this.view = views[0].key;
    fill(this.select, views.map(({ key, label }) => [key, label]), this.view);
  }

  // The curves of all views.
  receive({ plot }) {
    this.figure = plot;
    this.stage.show(plot);
    this.draw();
  }

  async draw() {
    const { view, log, run } = this;
    if (!run) return;
    const missing = !this.figure.data.some(({ meta }) => meta === view);
    this.region.wait(missing);
    if (missing) this.player.want();
    await this.stage.draw([view, log, run.diverged_at, lineWidth(2)], (data, layout) => this.style(data, layout));
  }

  style(data, layout) {
    const { run, player, toggle } = this;
    const view = this.figure.layout.meta.views.find(({ key }) => key === this.view);
    // By default, a diverged run's loss has a log axis; on a linear one, only its last point would be visible.
    const wanted = this.log ?? run.diverged_at !== null;
    const log = !toggle || Boolean(wanted && view.ranges.log);
    if (toggle) {
      toggle.firstChild.checked = wanted;
      toggle.hidden = !view.ranges.log;
    }
    const { xaxis, yaxis } = layout;
    xaxis.showgrid = true;
    Object.assign(yaxis, {
      showgrid: true, tickfont: { size: (log ? 11 : 13) * this.stage.scale },
      type: log ? 'log' : 'linear', range: [...(log ? view.ranges.log : view.ranges.linear)],
      title: { ...yaxis.title, text: view.title + (toggle && log ? ' (log)' : '') },
    });
    delete yaxis.dtick;
    const decades = yaxis.range[1] - yaxis.range[0];
    if (log) yaxis.dtick = decades < 1.2 ? 'D1' : Math.max(1, Math.ceil(decades / 6));
    const thick = ({ line }) => line && { line: { ...line, width: lineWidth(line.width) } };
    const shown = data.filter(({ meta }) => meta === view.key).map((t) => ({ ...t, visible: true, ...thick(t) }));
    this.stage.fillLegend(shown);
    const drawing = { data: shown, zoom: [run.id, `${run.id}${view.key}${log}`] };
    if (!view.zero) return drawing;
    const line = { color: player.theme.text, width: 1, dash: 'dot' };
    layout.shapes = [{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: view.zero, y1: view.zero, line }];
    const place = { xref: 'paper', x: 1, xanchor: 'right', y: Math.log10(view.zero), yanchor: 'bottom' };
    layout.annotations = [{ ...place, text: 'exactly zero', showarrow: false }];
    return drawing;
  }

  x(frame) {
    return this.stage.toX(this.run.history.epoch[frame]);
  }

  paint(frame) {
    const { cursor, axes } = this.stage;
    this.stage.painted();
    if (!axes) return;
    cursor.style.transform = `translateX(${this.x(frame)}px)`;
    cursor.style.background = this.run.palette.cursor;
  }

  describe(frame) {
    if (this.name === 'loss') return this.player.summary();
    const texts = this.run.history.grad_norm.map((norm, l) => `layer ${l + 1} ${formatNumber(norm[frame])}`);
    return `Norm of the gradient of the mean loss: ${texts.join(', ')}.`;
  }

  picture(frame) {
    const above = (context, [left, top, , height]) => {
      context.fillStyle = this.stage.cursor.style.background;
      context.fillRect(left + this.x(frame) - 1, top, 2, height);
    };
    return this.stage.picture({ above });
  }
}
