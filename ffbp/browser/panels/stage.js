// A Plotly plot, with layers painted below and above it. Plotly draws the parts that do not change during a run. It is
// called only when the data, size, theme or view change. The layers show the frame, in the coordinates of its axes.

import { element, sheet, svg } from '../dom.js';

const GLYPHS = {
  circle: '●', square: '■', 'triangle-up': '▲', diamond: '◆', cross: '✚', star: '★', pentagon: '⬟', hexagon: '⬢',
  x: '✖', bowtie: '⧓',
};
const DASHES = { dash: '7 4', dot: '2 3', dashdot: '7 3 2 3', longdash: '11 4', longdashdot: '11 3 2 3' };
const REMOVED = ['sendChartToCloud', 'toImage', 'select2d', 'lasso2d', 'autoScale2d'];
const CONFIG = {
  responsive: false, displaylogo: false, showTips: false, plotlyServerURL: '', scrollZoom: false,
  modeBarButtonsToRemove: REMOVED, doubleClick: 'reset', // to ranges that the run gives, not to those of the curves
};

// Plotly's toolbar would cover the legend where nothing hovers, and a finger that drags a plane moves the page.
const noHover = window.matchMedia('(hover: none)');

// Whether two plots, as dicts, lists and arrays of numbers, are equal.
export function same(a, b) {
  if (a === b || (a !== a && b !== b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object' || a.length !== b.length) return false;
  if (a.length !== undefined) {
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

const AXES = ['xaxis', 'yaxis'];

// Whether the traces differ only in their numbers, and have as many.
function alike(a, b) {
  const looks = ({ x, y, ...rest }) => ({ ...rest, n: [x?.length, y?.length] });
  return same(a.map(looks), b.map(looks));
}

// A layout as text, without the ranges. What the views need is not drawn either.
function withoutRanges(layout) {
  const bare = { ...layout, meta: null };
  for (const axis of AXES) bare[axis] = { ...layout[axis], range: null };
  return JSON.stringify(bare);
}

export class Stage {
  // paint(): called when the axes have moved. The player gives the theme, the size and Plotly.
  constructor(player, region, paint) {
    Object.assign(this, { player, region, paint });
    this.under = element('canvas', { class: 'under', 'aria-hidden': 'true' });
    this.plot = element('div', { class: 'plot' });
    this.cursor = element('div', { class: 'cursor' });
    this.clip = element('div', { class: 'clip' }, this.cursor);
    this.legend = element('div', { class: 'legend', 'aria-hidden': 'true' });
    this.above = []; // elements that exactly cover the plane
    region.stage.append(this.under, this.plot, this.clip, this.legend);
  }

  get axes() {
    return this.plot._fullLayout;
  }

  // How much larger letters are than those of the figure.
  get scale() {
    return this.region.letter / this.figure.layout.font.size;
  }

  // Until the panel is painted, drawing the plot does not paint it: the player does so when all panels are drawn.
  show(figure) {
    this.figure = figure;
    this.unpainted = true;
  }

  painted() {
    this.unpainted = false;
  }

  // Draw, unless nothing has changed. view: everything else that the drawing depends on. style(data, layout): adapts
  // a copy of the layout to the view, and returns the traces to draw, and for each axis a name under which the person's
  // zoom is kept. Returns whether this was the first drawing.
  async draw(view, style) {
    const { plot, player, figure } = this;
    const key = JSON.stringify([plot.clientWidth, plot.clientHeight, this.scale, player.theme, view]);
    if (this.axes && key === this.key && same(this.drawn, figure)) return false;
    [this.key, this.drawn] = [key, figure];
    const layout = this.layout(), first = !this.axes;
    const { data, zoom } = style(figure.data.map((trace) => ({ ...trace })), layout);
    const bare = withoutRanges(layout), home = AXES.map((axis) => [...layout[axis].range]);
    const kept = AXES.map((_, i) => !first && zoom[i] === this.zoom[i]);
    const settled = !first && bare === this.bare, equal = settled && same(data, this.data);
    const moves = equal || (settled && this.renumber(data));
    Object.assign(this, { zoom, bare, data });
    if (moves) await this.move(home, kept, !equal);
    else await this.react(data, layout, kept);
    if (player.destroyed) return false;
    // Plotly would go on resetting the axes to the ranges of its first drawing.
    AXES.forEach((name, i) => { [this.axes[name]._rangeInitial0, this.axes[name]._rangeInitial1] = home[i]; });
    if (first) this.follow();
    return first;
  }

  // Draw the curves again, and the axes at new ranges, which takes a sixth of the time of a whole drawing.
  async move(home, kept, always) {
    const range = (axis, i) => (kept[i] ? this.axes[axis].range : home[i]);
    const moved = AXES.flatMap((axis, i) => (kept[i] && !always ? [] : [[`${axis}.range`, [...range(axis, i)]]]));
    if (moved.length) await this.player.options.Plotly.relayout(this.plot, Object.fromEntries(moved));
  }

  // Give the curves other numbers, where Plotly keeps them between its drawings; false if they need a whole drawing.
  renumber(data) {
    const { plot, plot: { calcdata = [] }, axes: { xaxis, yaxis } } = this;
    const fits = alike(data, this.data) && data.every(({ x }, i) => calcdata[i]?.length === x.length);
    if (!fits) return false;
    data.forEach((trace, i) => {
      const { trace: full } = calcdata[i][0];
      for (const kept of [plot.data[i], full]) Object.assign(kept, { x: trace.x, y: trace.y });
      const [xs, ys] = [xaxis.makeCalcdata(full, 'x'), yaxis.makeCalcdata(full, 'y')];
      calcdata[i].forEach((point, j) => Object.assign(point, { x: xs[j], y: ys[j] }));
    });
    return true;
  }

  async react(data, layout, kept) {
    const { plot, axes, player: { small, options: { Plotly } } } = this;
    AXES.forEach((axis, i) => { if (kept[i]) layout[axis].range = [...axes[axis].range]; });
    if (kept[0] && layout.dragmode) layout.dragmode = axes.dragmode || layout.dragmode; // the toolbar's choice
    const config = { ...CONFIG, displayModeBar: small || noHover.matches ? false : 'hover' };
    await Plotly.react(plot, data, layout, config);
  }

  follow() {
    const moved = () => {
      this.place();
      this.hideToolbar();
      if (!this.unpainted) this.paint();
    };
    this.plot.on('plotly_afterplot', moved);
    this.plot.on('plotly_relayouting', moved);
    moved();
  }

  // Plotly's toolbar serves the pointer; by keyboard nothing of it is missed, so it takes no focus and has no names.
  hideToolbar() {
    this.plot.querySelector('.modebar-container')?.setAttribute('aria-hidden', 'true');
    for (const button of this.plot.querySelectorAll('.modebar-btn')) button.tabIndex = -1;
  }

  layout() {
    const { theme, small, root, presenter: { least } } = this.player, { text, border } = theme, { scale } = this;
    const layout = structuredClone(this.figure.layout);
    for (const side of 'lrtb') layout.margin[side] *= scale;
    Object.assign(layout, {
      font: { ...layout.font, size: layout.font.size * scale, color: text, family: getComputedStyle(root).fontFamily },
      autosize: false, width: this.plot.clientWidth, height: this.plot.clientHeight, showlegend: false,
      modebar: { bgcolor: 'rgba(0,0,0,0)', color: text, activecolor: theme.primary },
      hoverlabel: { bgcolor: theme.background, font: { color: text, size: Math.max(13, least) } },
    });
    if (small || noHover.matches) layout.dragmode = false;
    const lines = { gridcolor: border, linecolor: border, tickcolor: border, showline: true };
    for (const axis of AXES) {
      Object.assign(layout[axis], lines);
      for (const font of [layout[axis].tickfont, layout[axis].title.font]) {
        font.size = Math.max(font.size * scale, least);
      }
    }
    return layout;
  }

  // A legend as text above the plane; Plotly's own would scroll and hide entries if it were wider than the chart.
  // With a layout, its upper margin grows to hold all lines of the text.
  fillLegend(data, layout = null) {
    const shown = data.filter((trace) => trace.visible !== false && trace.showlegend !== false);
    const name = (trace, i) => (i && shown.length > 4 ? trace.name.replace('layer ', '') : trace.name);
    const kind = ({ waits }) => (waits ? 'waits' : 'entry');
    const entry = (trace, i) => element('span', { class: kind(trace) }, this.sample(trace), name(trace, i));
    this.legend.replaceChildren(...shown.map(entry));
    if (!layout) return;
    const { legend, legend: { style }, plot: { clientWidth }, region } = this, { margin } = layout, { height } = style;
    Object.assign(style, { width: `${clientWidth - margin.l - margin.r}px`, height: 'auto' });
    margin.t = Math.max(margin.t, legend.offsetHeight + region.letter / 2);
    style.height = height;
  }

  sample({ mode, marker, line, fillcolor }) {
    if (mode === 'markers' && marker.symbol) {
      const white = marker.color === '#ffffff';
      const glyph = element('span', { class: 'glyph', text: white ? '○' : GLYPHS[marker.symbol] || '●' });
      const colour = white ? marker.line.color : marker.color;
      glyph.style.color = typeof colour === 'string' ? colour : this.player.theme.text;
      return glyph;
    }
    const stroke = { stroke: fillcolor || line.color, 'stroke-width': fillcolor ? 9 : 3 };
    const ends = { x1: 0, x2: 22, y1: 5, y2: 5, 'stroke-dasharray': DASHES[line.dash] || '' };
    return svg('svg', { width: 22, height: 10 }, svg('line', { ...ends, ...stroke }));
  }

  place() {
    const { plot, under, clip, legend, axes } = this;
    if (!axes) return;
    const { l, t, w, h } = axes._size;
    const box = { left: `${plot.offsetLeft + l}px`, top: `${plot.offsetTop + t}px`, width: `${w}px`, height: `${h}px` };
    for (const node of [clip, under, ...this.above]) Object.assign(node.style, box);
    Object.assign(legend.style, { left: box.left, top: `${plot.offsetTop}px`, width: box.width, height: `${t}px` });
    const scale = this.sharpness ?? (window.devicePixelRatio || 1);
    const [width, height] = [Math.round(w * scale), Math.round(h * scale)];
    if (under.width !== width || under.height !== height) [under.width, under.height] = [width, height];
  }

  // The drawing context of the canvas below the plot, cleared, in the plane's pixels; null before the first drawing.
  canvas() {
    const { under, axes } = this;
    if (!axes || !under.width) return null;
    const context = under.getContext('2d');
    const scale = under.width / axes._size.w;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, under.width, under.height);
    return context;
  }

  toX = (x) => this.axes.xaxis.l2p(x);

  toY = (y) => this.axes.yaxis.l2p(y);

  // The height in pixels of a value, also on a logarithmic axis.
  heightOf = (y) => this.axes.yaxis.d2p(y);

  // The pointer's place on the plane in pixels; null outside the plane.
  pixelAt(event) {
    const box = this.plot.getBoundingClientRect();
    const { l, t, w, h } = this.axes._size;
    const [px, py] = [event.clientX - box.left - l, event.clientY - box.top - t];
    return px < 0 || py < 0 || px > w || py > h ? null : [px, py];
  }

  // Such a place in the data's units.
  unitsAt([px, py]) {
    return [this.axes.xaxis.p2l(px), this.axes.yaxis.p2l(py)];
  }

  // Paint the canvas below the plot at a picture's resolution, into the plane's box of a picture.
  paintInto(context, box) {
    this.sharpness = 2;
    this.place();
    this.paint();
    context.drawImage(this.under, ...box);
    this.sharpness = null;
    this.place();
    this.paint();
  }

  // The plot as a canvas. below, above: draw the layers; both get the context and the plane's box. data: the traces, or
  // what the legend explains.
  async picture({ below = () => {}, above = () => {}, data = this.plot.data }) {
    const { plot, player, axes } = this;
    const { clientWidth: width, clientHeight: height, offsetLeft: left, offsetTop: top, parentElement: whole } = plot;
    const [canvas, context] = sheet(whole.clientWidth, whole.clientHeight, player.theme.background);
    const { l, t, w, h } = axes._size;
    const box = [left + l, top + t, w, h];
    below(context, box);
    const image = new Image();
    const drawing = { data, layout: { ...plot.layout, showlegend: true } };
    image.src = await player.options.Plotly.toImage(drawing, { format: 'png', width, height, scale: 2 });
    await image.decode();
    context.drawImage(image, left, top, width, height);
    above(context, box);
    return canvas;
  }

  destroy() {
    this.player.options.Plotly.purge(this.plot);
  }
}
