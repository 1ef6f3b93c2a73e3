// Draws one run's packed frames into an element: a timeline, the figures of the moment and four linked panels.
//
// Plotly draws what is fixed in a run (axes, points, curves). What changes with the frame is painted on canvases, which
// follow the plots' zoom, so a frame costs less than a millisecond. The maps were computed by the core; nothing is
// computed a second time here. The player knows its blob, Plotly and an element, and nothing about the page around it.

export async function unpack(bytes) {
  const copy = bytes.slice();
  const length = new DataView(copy.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(copy.subarray(4, 4 + length)));
  const stream = new Blob([copy.subarray(4 + length)]).stream().pipeThrough(new DecompressionStream('deflate'));
  const buffer = await new Response(stream).arrayBuffer();
  const types = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array, int64: BigInt64Array, float32: Float32Array, float64: Float64Array };
  const arrays = header.arrays.map((entry) => {
    const count = entry.shape.reduce((product, n) => product * n, 1);
    const array = new types[entry.dtype](buffer, entry.offset, count);
    array.shape = entry.shape;
    return array;
  });
  const resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== 'object') return value;
    if ('$' in value) return arrays[value.$];
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
  };
  return resolve(header);
}

// The counterpart of figures/numbers.py: four significant digits.
export function formatNumber(value) {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) return value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(size))));
  return value.toExponential(3);
}

export function formatPercent(value) {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : formatNumber(value);
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') node.textContent = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  for (const [key, value] of Object.entries({ viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', fill: 'currentColor' })) svg.setAttribute(key, value);
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

function rowsOf(array) {
  const [n, width] = array.shape;
  return Array.from({ length: n }, (_, i) => array.subarray(i * width, (i + 1) * width));
}

// What of a network its diagram draws; empty where it draws everything.
const CHOSEN = 'The first units of each layer are drawn, and of many weights between them those that are largest at the end; each unit keeps its largest.';
export function drawnInWords({ sizes, shown, edges }) {
  const parts = sizes.map((size, l) => (shown[l] < size ? `${shown[l]} of ${size} ${l ? 'units' : 'inputs'}` : '')).filter(Boolean);
  const between = sizes.slice(1).reduce((sum, _, l) => sum + shown[l] * shown[l + 1], 0);
  if (!parts.length) return edges.length < between ? `${edges.length} of ${between} weights drawn` : '';
  const weights = edges.length < between ? `${edges.length} of the ${between}` : `all ${between}`;
  return `${[...new Set(parts)].join(', ')} drawn, ${weights} weights between them`;
}

function undoDifferences(array) {
  const size = array.length / array.shape[0];
  for (let i = size; i < array.length; i++) array[i] += array[i - size]; // a Uint8Array wraps modulo 256, as written
  return array;
}

function same(a, b) {
  // Whether two plots, as dicts, lists and arrays of numbers, are equal.
  if (a === b || (a !== a && b !== b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object' || a.length !== b.length) return false;
  if (a.length !== undefined) {
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

const mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));
const pack = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r;
const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];
// Drawn, not written: not every machine has a font with these signs. Paths in a square of 16.
const ICONS = {
  first: 'M3 3h2v10H3zM13 3v10L6 8z', back: 'M10.5 2.5v11L4 8z', play: 'M4 2v12l9-6z', pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  forward: 'M5.5 2.5v11L12 8z', last: 'M11 3h2v10h-2zM3 3v10l7-5z', save: 'M7 2h2v6h3l-4 4-4-4h3zM3 13h10v1.5H3z',
};

export class Player {
  // options: Plotly, theme {dark, text, background, panel, border, primary}, onRest(frame), onSample(row), onPlace(x, y) (a
  // click on the empty plane), onCell(part, true class, predicted class), panels (names; all by default), scrollTop();
  // onEdit(change) makes the boundary a drawing plane: {kind: 'add', point}, {kind: 'move', index, point} or
  // {kind: 'erase', index}; a point is its place and its class or value (null: as it was), index its row in the data
  constructor(root, options) {
    this.root = root;
    this.options = options;
    this.theme = options.theme;
    this.position = null;
    this.playing = false;
    this.speed = 1;
    this.view = { test: true, hard: false, log: null, loss: 'loss', gradients: 'dW', confusion: null, each: '' };
    this.figures = {};
    this.cleanup = [];
    this.build();
    if (options.onEdit) this.editor = new Editor(this, options.onEdit);
  }

  listen(target, type, handler, options) {
    target.addEventListener(type, handler, options);
    this.cleanup.push(() => target.removeEventListener(type, handler, options));
  }

  // ---- the page's elements

  build() {
    const button = (name, label, action) => element('button', { type: 'button', class: name, 'aria-label': label, title: label, onclick: action }, icon(name));
    this.playButton = button('play', 'Play', () => this.toggle());
    this.slider = element('input', { type: 'range', min: 0, max: 0, value: 0, step: 1, 'aria-label': 'Moment of the training', oninput: () => { this.pause(); this.go(+this.slider.value); }, onchange: () => this.rest() });
    this.epoch = element('output', { class: 'epoch' });
    this.speedSelect = element('select', { 'aria-label': 'Speed', title: 'Speed', onchange: () => { this.speed = +this.speedSelect.value; } },
      ...SPEEDS.map((s) => element('option', { value: s, text: `${s}×` })));
    this.speedSelect.value = 1;
    this.linkButton = element('button', { type: 'button', class: 'wide', text: 'Copy link', onclick: () => this.copyLink() });
    this.linkField = element('input', { class: 'link', readonly: '', hidden: '', 'aria-label': 'Link to this experiment' });
    const timeline = element('div', { class: 'timeline', role: 'group', 'aria-label': 'Timeline' },
      button('first', 'First frame', () => this.jump(0)),
      button('back', 'One frame back', () => this.jump(this.frame - 1)),
      this.playButton,
      button('forward', 'One frame forward', () => this.jump(this.frame + 1)),
      button('last', 'Last frame', () => this.jump(Infinity)),
      this.slider, this.epoch, this.speedSelect, this.linkButton, this.linkField);
    this.cards = element('dl', { class: 'figures' });
    this.panels = {};
    this.live = element('p', { class: 'hidden', 'aria-live': 'polite' });
    const grid = element('div', { class: 'panels' }, this.panel('network', 'Network'), this.panel('boundary', 'Decision boundary'), this.panel('loss', 'Loss'), this.panel('gradients', 'Gradients per layer'));
    this.grid = grid;
    this.names = this.options.panels || Object.keys(this.panels);
    for (const name of Object.keys(this.panels)) this.panels[name].section.hidden = !this.names.includes(name);
    this.root.replaceChildren(element('div', { class: 'ffbp' }, timeline, this.cards, grid, this.live));
    this.box = this.root.firstChild;
    this.buildControls();
    this.listen(document, 'keydown', (event) => this.key(event));
    this.listen(window, 'ffbp:go', (event) => { if (this.run?.id === event.detail.run) this.jump(event.detail.frame); });
    const observer = new ResizeObserver(() => this.fit());
    observer.observe(this.root);
    this.cleanup.push(() => observer.disconnect());
    this.listen(window, 'resize', () => this.fit());
  }

  panel(name, title) {
    const heading = element('h2', { text: title, id: `ffbp-${name}-title` });
    const controls = element('div', { class: 'controls' });
    const save = element('button', { type: 'button', class: 'save', title: 'Save picture', 'aria-label': `Save picture: ${title}`, onclick: () => this.save(name) }, icon('save'));
    const stage = element('div', { class: 'stage' });
    const readout = element('p', { class: 'readout', 'aria-hidden': 'true' });
    const alternative = element('p', { class: 'hidden alternative' });
    const section = element('section', { class: `panel ${name}`, 'aria-labelledby': `ffbp-${name}-title` },
      element('header', {}, heading, readout, controls, save), stage, alternative);
    this.panels[name] = { section, heading, controls, stage, readout, alternative };
    return section;
  }

  buildControls() {
    const check = (panel, label, key, changed, title) => {
      const box = element('input', { type: 'checkbox', onchange: () => { this.view[key] = box.checked; changed(); } });
      box.checked = Boolean(this.view[key]);
      const wrapped = element('label', { title }, box, label);
      this.panels[panel].controls.append(wrapped);
      return wrapped;
    };
    this.matrixToggle = check('boundary', 'matrix', 'confusion', () => { this.fit(); this.paint(); }, 'Confusion matrix');
    this.testToggle = check('boundary', 'test', 'test', () => this.showTest(), 'Test points');
    this.hardToggle = check('boundary', 'hard', 'hard', () => this.paint(), 'Decisions instead of outputs');
    this.classSelect = element('select', { 'aria-label': 'Which class is shown', hidden: '', onchange: () => { this.view.each = this.classSelect.value; this.paint(); this.describe(); } });
    this.panels.boundary.controls.prepend(this.classSelect);
    this.lossSelect = element('select', { 'aria-label': 'What the chart shows', onchange: () => { this.view.loss = this.lossSelect.value; this.showViews('loss'); } });
    this.panels.loss.controls.append(this.lossSelect);
    this.logToggle = check('loss', 'log', 'log', () => this.showViews('loss'));
    this.gradientSelect = element('select', { 'aria-label': 'What the chart shows', onchange: () => { this.view.gradients = this.gradientSelect.value; this.showViews('gradients'); } });
    this.panels.gradients.controls.append(this.gradientSelect);
    for (const name of ['boundary', 'loss', 'gradients']) {
      const stage = this.panels[name].stage;
      const under = element('canvas', { class: 'under', 'aria-hidden': 'true' });
      const plot = element('div', { class: 'plot' });
      const clip = element('div', { class: 'clip' }, element('div', { class: 'cursor' }));
      const legend = element('div', { class: 'legend', 'aria-hidden': 'true' });
      stage.append(under, plot, clip, legend);
      Object.assign(this.panels[name], { under, plot, clip, legend, cursor: clip.firstChild });
    }
    this.matrix = element('div', { class: 'matrix', hidden: '' });
    this.panels.boundary.stage.prepend(this.matrix);
    this.canvas = element('canvas', { class: 'diagram', role: 'img', 'aria-labelledby': 'ffbp-network-title' });
    this.panels.network.stage.append(this.canvas);
    this.listen(this.canvas, 'pointermove', (event) => this.hoverNetwork(event));
    this.listen(this.canvas, 'pointerleave', () => { this.panels.network.readout.textContent = this.thinned || ''; });
    this.listen(this.panels.boundary.stage, 'pointermove', (event) => this.hoverBoundary(event), true);
    this.listen(this.panels.boundary.stage, 'pointerleave', () => { this.panels.boundary.readout.textContent = this.note || ''; });
  }

  // ---- a run arrives

  async show(bytes, frame = null) {
    const ticket = (this.ticket = (this.ticket || 0) + 1);
    const run = await unpack(bytes);
    if (ticket !== this.ticket || this.destroyed) return;
    const before = this.run && { last: this.frame === this.run.n_frames - 1, epoch: this.run.history.epoch[this.frame], first: this.frame === 0 };
    this.prepare(run);
    this.drawn = this.run ? this.run.figures : {};
    this.run = run;
    this.refined = null;
    this.slider.max = run.n_frames - 1;
    if (frame !== null) this.position = frame;
    else if (!before || (before.last && !this.playing)) this.position = run.n_frames - 1;
    else if (this.playing || before.first) this.position = 0;
    else this.position = this.nearest(before.epoch);
    this.position = Math.min(Math.max(this.position, 0), run.n_frames - 1);
    this.buildCards();
    this.buildViews();
    this.panels.boundary.heading.textContent = run.plane.variance !== null ? 'Principal components' : run.plane.slice ? 'Slice through the mean' : run.task === 'regression' ? 'Fit' : 'Decision boundary';
    this.note = '';
    this.panels.boundary.readout.textContent = this.note;
    this.thinned = drawnInWords(run.network);
    this.panels.network.readout.textContent = this.thinned;
    this.panels.network.readout.title = this.thinned && CHOSEN;
    this.panels.boundary.under.classList.toggle('over', run.boundary.kind === 'line');
    this.matrixToggle.hidden = this.hardToggle.hidden = run.task === 'regression';
    const several = run.boundary.kind === 'regions';
    this.classSelect.hidden = !several;
    if (several) {
      const options = [['', 'all classes'], ...run.classes.map((name, k) => [String(k), this.outputOf(name)])];
      this.classSelect.replaceChildren(...options.map(([value, text]) => element('option', { value, text })));
      if (+this.view.each >= run.classes.length) this.view.each = '';
      this.classSelect.value = this.view.each;
    }
    this.testToggle.hidden = !run.has_test;
    if (this.view.confusion === null || run.plane.slice !== this.wasSlice) this.view.confusion = run.plane.slice && run.task !== 'regression';
    this.wasSlice = run.plane.slice;
    this.matrixToggle.firstChild.checked = this.view.confusion;
    this.showMoment(); // before the room is measured, because these figures take some
    this.fit(true);
    if (this.editor) this.editor.show();
    this.box.dataset.run = run.id;
    this.go(this.frame);
    this.describe();
    if (this.frame !== run.n_frames - 1) this.rest(); // whoever listens assumes the end
  }

  prepare(run) {
    const b = run.boundary;
    for (const array of [b.values, b.winner, run.network.maps]) if (array) undoDifferences(array);
    for (const figure of Object.values(run.figures)) {
      for (const trace of figure.data) if (trace.customdata?.shape?.length === 2) trace.customdata = rowsOf(trace.customdata);
    }
    this.luts(run);
  }

  luts(run) {
    const p = run.palette;
    const middle = rgb(p.middle[this.theme.dark ? 'dark' : 'light']);
    const [negative, positive] = [rgb(p.classes[0]), rgb(p.classes[1])];
    this.diverging = new Uint32Array(256);
    for (let i = 0; i < 256; i++) {
      const t = i / 127.5 - 1;
      this.diverging[i] = pack(t < 0 ? mix(middle, negative, -t) : mix(middle, positive, t));
    }
    this.regions = p.classes.map((colour) => Uint32Array.from({ length: 256 }, (_, i) => pack(mix(middle, rgb(colour), i / 255))));
  }

  nearest(epoch) {
    const epochs = this.run.history.epoch;
    let best = 0;
    for (let i = 0; i < epochs.length; i++) if (Math.abs(epochs[i] - epoch) < Math.abs(epochs[best] - epoch)) best = i;
    return best;
  }

  buildCards() {
    const run = this.run;
    const names = [['train_loss', 'train loss'], ['test_loss', 'test loss'], ['train_score', `train ${run.metric}`], ['test_score', `test ${run.metric}`], ['grad_total', '‖gradient‖']]
      .filter(([key]) => run.has_test || !key.startsWith('test'));
    this.values = names.map(([key, label]) => {
      const value = element('dd', { class: key });
      return { key, value, card: element('div', {}, element('dt', { text: label }), value) };
    });
    this.cards.replaceChildren(...this.values.map((v) => v.card));
  }

  buildViews() {
    for (const [name, select] of [['loss', this.lossSelect], ['gradients', this.gradientSelect]]) {
      const views = this.run.figures[name].layout.meta.views;
      select.replaceChildren(...views.map((view) => element('option', { value: view.key, text: view.label })));
      if (!views.some((view) => view.key === this.view[name])) this.view[name] = views[0].key;
      select.value = this.view[name];
    }
  }

  buildLegend(name, data) {
    // Plotly's own legend scrolls when it is wider than its chart, and then hides entries: this one is a line of text.
    const glyphs = { circle: '●', square: '■', 'triangle-up': '▲', diamond: '◆', cross: '✚', star: '★', pentagon: '⬟', hexagon: '⬢', x: '✖', bowtie: '⧓' };
    const dashes = { dash: '7 4', dot: '2 3', dashdot: '7 3 2 3', longdash: '11 4', longdashdot: '11 3 2 3' };
    const shown = data.filter((trace) => trace.visible !== false && trace.showlegend !== false);
    const entries = shown.map((trace, i) => {
      const entry = element('span', { class: 'entry' });
      if (trace.mode === 'markers' && trace.marker.symbol) {
        const white = trace.marker.color === '#ffffff';
        const colour = typeof trace.marker.color === 'string' ? (white ? trace.marker.line.color : trace.marker.color) : this.theme.text;
        const glyph = element('span', { class: 'glyph', text: white ? '○' : glyphs[trace.marker.symbol] || '●' });
        glyph.style.color = colour;
        entry.append(glyph);
      } else {
        const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        svg.setAttribute('width', '22');
        svg.setAttribute('height', '10');
        const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
        const style = { x1: 0, x2: 22, y1: 5, y2: 5, stroke: trace.fillcolor || trace.line.color, 'stroke-width': trace.fillcolor ? 9 : 3, 'stroke-dasharray': dashes[trace.line.dash] || '' };
        for (const [key, value] of Object.entries(style)) line.setAttribute(key, value);
        svg.append(line);
        entry.append(svg);
      }
      entry.append(i && shown.length > 4 ? trace.name.replace('layer ', '') : trace.name);
      return entry;
    });
    this.panels[name].legend.replaceChildren(...entries);
  }

  // ---- plotly: only when a run, a view, the theme or the size changes

  styled(name) {
    const figure = this.run.figures[name];
    const { text, border } = this.theme;
    const small = this.root.clientWidth < 640;
    const layout = structuredClone(figure.layout);
    layout.font = { ...layout.font, color: text, family: getComputedStyle(this.root).fontFamily };
    layout.autosize = true;
    if (small) layout.dragmode = false;
    layout.modebar = { bgcolor: 'rgba(0,0,0,0)', color: text, activecolor: this.theme.primary };
    layout.showlegend = false;
    for (const axis of ['xaxis', 'yaxis']) {
      Object.assign(layout[axis], { gridcolor: border, linecolor: border, tickcolor: border, showline: true });
      if (name !== 'boundary') layout[axis].showgrid = true;
    }
    layout.hoverlabel = { bgcolor: this.theme.background, font: { color: text } };
    const data = figure.data.map((trace) => ({ ...trace }));
    if (name === 'boundary') layout.uirevision = this.run.id;
    if (name === 'boundary') for (const trace of data) trace.visible = this.view.test || trace.meta !== 'test';
    else this.applyView(name, data, layout);
    this.buildLegend(name, data);
    return { data, layout };
  }

  applyView(name, data, layout) {
    const view = this.run.figures[name].layout.meta.views.find((v) => v.key === this.view[name]);
    for (const trace of data) trace.visible = trace.meta === view.key;
    // Unless chosen, a diverged run's loss is on a log axis: else its last point is all there is to see.
    const wanted = this.view.log ?? this.run.diverged_at !== null;
    const log = name === 'gradients' || Boolean(wanted && view.ranges.log);
    if (name === 'loss') this.logToggle.firstChild.checked = wanted;
    layout.xaxis.uirevision = this.run.id; // zoom survives a resize
    layout.yaxis.uirevision = `${this.run.id}${view.key}${log}`;
    layout.yaxis.tickfont = { size: log ? 11 : 13 };
    layout.yaxis.type = log ? 'log' : 'linear';
    layout.yaxis.range = [...(log ? view.ranges.log : view.ranges.linear)];
    layout.yaxis.title = { ...layout.yaxis.title, text: view.title + (name === 'loss' && log ? ' (log)' : '') };
    if (log) {
      layout.yaxis.dtick = Math.max(1, Math.ceil((layout.yaxis.range[1] - layout.yaxis.range[0]) / 6));
      if (layout.yaxis.range[1] - layout.yaxis.range[0] < 1.2) layout.yaxis.dtick = 'D1';
    } else delete layout.yaxis.dtick;
    if (name === 'loss') this.logToggle.hidden = !view.ranges.log;
    if (view.zero) {
      layout.shapes = [{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: view.zero, y1: view.zero, line: { color: this.theme.text, width: 1, dash: 'dot' } }];
      layout.annotations = [{ xref: 'paper', x: 1, xanchor: 'right', y: Math.log10(view.zero), yanchor: 'bottom', text: 'exactly zero', showarrow: false }];
    }
  }

  async react(name) {
    if (!this.names.includes(name)) return;
    const { plot } = this.panels[name];
    const key = JSON.stringify([plot.clientWidth, plot.clientHeight, this.theme, this.view, this.run.task, this.run.diverged_at]);
    if (plot._fullLayout && key === this.panels[name].key && same(this.drawn[name], this.run.figures[name])) return;
    this.panels[name].key = key;
    const { data, layout } = this.styled(name);
    const config = { responsive: false, displaylogo: false, showTips: false, plotlyServerURL: '', modeBarButtonsToRemove: ['sendChartToCloud', 'toImage', 'select2d', 'lasso2d', 'autoScale2d'], scrollZoom: false, displayModeBar: this.root.clientWidth < 640 ? false : 'hover' };
    layout.width = plot.clientWidth;
    layout.height = plot.clientHeight;
    const first = !plot._fullLayout;
    await this.options.Plotly.react(plot, data, layout, config);
    if (this.destroyed) return;
    if (first) {
      const follow = () => { this.place(name); this.paint(name); };
      if (name === 'boundary') this.listenForClicks(plot);
      plot.on('plotly_afterplot', follow);
      plot.on('plotly_relayouting', follow);
      follow();
    }
  }

  listenForClicks(plot) {
    // A point of the data is a sample; anywhere else on the plane, unless it was dragged, is a pair of inputs.
    let from = null, sample = null;
    plot.on('plotly_click', ({ points }) => { if (points[0]?.customdata) sample = points[0].customdata[0]; });
    this.listen(plot, 'pointerdown', (event) => { from = [event.clientX, event.clientY]; sample = null; }, true);
    this.listen(plot, 'click', (event) => {
      const still = from && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 4;
      setTimeout(() => { // Plotly tells of its own click a little later
        if (sample !== null) { if (this.options.onSample) this.options.onSample(sample); return; }
        const at = still && this.placeAt(event);
        if (at && this.options.onPlace) this.options.onPlace(...at);
      }, 30);
    }, true);
  }

  placeAt(event) {
    // The place of the plane under the pointer, in the data's units; null outside.
    const { plot } = this.panels.boundary;
    const box = plot.getBoundingClientRect();
    const { xaxis, yaxis, _size } = plot._fullLayout;
    const [px, py] = [event.clientX - box.left - _size.l, event.clientY - box.top - _size.t];
    return px < 0 || py < 0 || px > _size.w || py > _size.h ? null : [xaxis.p2l(px), yaxis.p2l(py)];
  }

  place(name) {
    const { plot, under, clip } = this.panels[name];
    if (!plot._fullLayout) return;
    const { l, t, w, h } = plot._fullLayout._size;
    const box = { left: `${plot.offsetLeft + l}px`, top: `${plot.offsetTop + t}px`, width: `${w}px`, height: `${h}px` };
    Object.assign(clip.style, box);
    Object.assign(under.style, box);
    if (name === 'boundary' && this.editor) Object.assign(this.editor.plane.style, box);
    Object.assign(this.panels[name].legend.style, { left: box.left, top: `${plot.offsetTop}px`, width: box.width, height: `${t}px` });
    const scale = window.devicePixelRatio || 1;
    if (under.width !== Math.round(w * scale) || under.height !== Math.round(h * scale)) {
      under.width = Math.round(w * scale);
      under.height = Math.round(h * scale);
    }
  }

  showViews(name) {
    this.react(name);
  }

  showTest() {
    this.react('boundary');
    this.paint();
  }

  setTheme(theme) {
    if (JSON.stringify(theme) === JSON.stringify(this.theme)) return;
    this.theme = theme;
    if (!this.run) return;
    this.luts(this.run);
    this.fit(true);
  }

  // ---- size

  fit(force = false) {
    const width = this.root.clientWidth;
    if (!width) return;
    const small = width < 640;
    const top = this.root.getBoundingClientRect().top + (this.options.scrollTop ? this.options.scrollTop() : window.scrollY);
    const room = window.innerHeight - top - (this.grid.offsetTop - this.box.offsetTop) - 14;
    const height = small || this.names.length < 3 ? 300 : Math.min(Math.max((room - 8) / 2, 190), 460);
    const size = `${width}x${Math.round(height)}x${this.view.confusion}`;
    if (!force && size === this.size) return;
    this.size = size;
    this.box.classList.toggle('small', small);
    this.box.classList.toggle('with-matrix', Boolean(this.view.confusion && this.run && this.run.points));
    this.box.style.setProperty('--panel-height', `${Math.round(height)}px`);
    this.matrix.hidden = !(this.view.confusion && this.run && this.run.points);
    if (!this.run) return;
    if (this.names.includes('network')) this.layoutNetwork();
    for (const name of ['boundary', 'loss', 'gradients']) this.react(name);
    this.paintNetwork();
  }

  // ---- time

  get frame() {
    return Math.floor(this.position ?? 0);
  }

  toggle() {
    if (this.playing) { this.pause(); this.rest(); } else this.play();
  }

  play() {
    if (!this.run || this.playing) return;
    if (this.frame >= this.run.n_frames - 1) this.position = 0;
    this.playing = true;
    this.showPlaying();
    let last = performance.now(); // the first picture may have been begun before that
    const step = (now) => {
      if (!this.playing) return;
      const rate = Math.min(60, Math.max(3, this.run.n_frames / 4)) * this.speed;
      this.position = Math.min(this.position + Math.min(Math.max(now - last, 0) / 1000, 0.25) * rate, this.run.n_frames - 1);
      last = now;
      this.go(this.position);
      if (this.frame >= this.run.n_frames - 1) { this.pause(); this.rest(); } else this.request = requestAnimationFrame(step);
    };
    this.request = requestAnimationFrame(step);
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.request);
    this.showPlaying();
  }

  showPlaying() {
    const label = this.playing ? 'Pause' : 'Play';
    this.playButton.replaceChildren(icon(this.playing ? 'pause' : 'play'));
    this.playButton.setAttribute('aria-label', label);
    this.playButton.title = `${label} (space)`;
    this.box.dataset.playing = this.playing;
  }

  jump(frame) {
    this.pause();
    this.go(Math.min(Math.max(frame, 0), this.run.n_frames - 1));
    this.rest();
  }

  go(position) {
    if (!this.run) return;
    this.position = position;
    this.showMoment();
    this.box.dataset.frame = this.frame;
    window.dispatchEvent(new CustomEvent('ffbp:frame', { detail: this.frame })); // whoever draws beside the player follows
    this.paint();
  }

  showMoment() {
    const { run, frame } = this;
    const h = run.history;
    this.slider.value = frame;
    this.epoch.textContent = `epoch ${h.epoch[frame]} / ${run.n_epochs}`;
    this.slider.setAttribute('aria-valuetext', `epoch ${h.epoch[frame]}, training loss ${formatNumber(h.train_loss[frame])}`);
    for (const { key, value } of this.values) {
      value.textContent = key.endsWith('score') && run.task !== 'regression' ? formatPercent(h[key][frame]) : formatNumber(h[key][frame]);
    }
  }

  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      if (this.playing || this.destroyed || !this.run) return;
      this.describe();
      this.live.textContent = this.summary();
      if (this.options.onRest) this.options.onRest(this.frame, this.run.n_frames - 1);
    }, 120);
  }

  key(event) {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || !this.run || !this.root.isConnected) return;
    const others = 'input, textarea, select, a, summary, canvas[tabindex], [role=application], [contenteditable], [role=slider], [role=combobox], [role=listbox], [role=option], [role=dialog], [role=tab], [role=radio], [role=grid], [role=menu]';
    if (target instanceof Element && (target.closest(others) || (event.key === ' ' && target.closest('button')))) return;
    const actions = { ' ': () => this.toggle(), ArrowLeft: () => this.jump(this.frame - 1), ArrowRight: () => this.jump(this.frame + 1), Home: () => this.jump(0), End: () => this.jump(Infinity) };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  // ---- a frame's picture

  paint(only) {
    if (!this.run) return;
    if (!only || only === 'boundary') this.paintBoundary();
    if (!only || only === 'loss') this.moveCursor('loss');
    if (!only || only === 'gradients') this.moveCursor('gradients');
    if (!only) this.paintNetwork();
  }

  moveCursor(name) {
    const { plot, cursor } = this.panels[name];
    if (!plot._fullLayout) return;
    const x = plot._fullLayout.xaxis.l2p(this.run.history.epoch[this.frame]);
    cursor.style.transform = `translateX(${x}px)`;
    cursor.style.background = this.run.palette.cursor;
  }

  get fine() {
    return this.refined && this.refined.run === this.run.id && this.refined.frame === this.frame ? this.refined : null;
  }

  get oneClass() {
    return this.run.boundary.kind === 'regions' && this.view.each !== '' ? +this.view.each : null;
  }

  // Several sigmoids' outputs are no probabilities: they do not sum to one.
  outputOf(name) {
    return `${this.run.network.gives_probabilities ? 'p' : 'output'}(${name})`;
  }

  // The output of one class in each cell, of several: (cells a side, number of the cell) -> p.
  classMap(k) {
    const { fine } = this;
    const b = this.run.boundary;
    const n = fine ? fine.n : b.each_n;
    if (fine) return { n, value: (i) => fine.each[k * n * n + i] / 65535 };
    const start = (this.frame * this.run.classes.length + k) * n * n;
    return { n, value: (i) => b.each[start + i] / 255 };
  }

  cells() {
    // The shown frame's heat map as colours and, for a probability, as numbers for the contour.
    const { run, frame, fine, oneClass } = this;
    const b = run.boundary;
    const map = oneClass === null ? null : this.classMap(oneClass);
    const n = map ? map.n : fine ? fine.n : b.n;
    const count = n * n;
    if (!this.pixels || this.pixels.length !== count) {
      this.pixels = new Uint32Array(count);
      this.heat = new OffscreenCanvas(n, n);
      this.image = new ImageData(new Uint8ClampedArray(this.pixels.buffer), n, n);
    }
    const values = fine ? fine.values : b.values;
    const start = fine ? 0 : frame * count;
    const flip = (i) => (n - 1 - Math.floor(i / n)) * n + (i % n);
    const regions = b.kind === 'regions' && !map;
    const numbers = regions ? null : (this.numbers?.length === count ? this.numbers : (this.numbers = new Float32Array(count)));
    const span = b.high - b.low || 1;
    if (map) {
      const lut = this.regions[oneClass % this.regions.length];
      for (let i = 0; i < count; i++) {
        const p = (numbers[i] = map.value(i));
        this.pixels[flip(i)] = lut[this.view.hard ? (p > 0.5 ? 255 : 0) : (p * 255) | 0];
      }
    } else if (regions) {
      const winner = fine ? fine.winner : b.winner;
      for (let i = 0; i < count; i++) {
        const q = this.view.hard ? 190 : fine ? Math.min(255, Math.max(0, ((values[i] - b.low) / span) * 255)) | 0 : values[start + i];
        this.pixels[flip(i)] = this.regions[winner[start + i] % this.regions.length][Math.max(40, q)];
      }
    } else {
      const low = fine ? 0 : b.lows[frame];
      const width = fine ? 0 : (b.highs[frame] - low) / 255;
      for (let i = 0; i < count; i++) {
        const value = fine ? values[i] : low + width * values[start + i];
        numbers[i] = value;
        let t = ((value - b.low) / span) * 255;
        if (this.view.hard && b.kind === 'probability') t = value > 0.5 ? 255 : 0;
        this.pixels[flip(i)] = this.diverging[t < 0 ? 0 : t > 255 ? 255 : t | 0];
      }
    }
    this.heat.getContext('2d').putImageData(this.image, 0, 0);
    return { n, numbers };
  }

  paintBoundary() {
    const { run, frame } = this;
    const { plot, under } = this.panels.boundary;
    if (!plot._fullLayout || !under.width) return;
    const context = under.getContext('2d');
    const { xaxis, yaxis } = plot._fullLayout;
    const scale = under.width / plot._fullLayout._size.w;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, under.width, under.height);
    const toX = (x) => xaxis.l2p(x);
    const toY = (y) => yaxis.l2p(y);
    const b = run.boundary;
    if (b.kind === 'line') this.paintCurves(context, toX, toY);
    else {
      const { n, numbers } = this.cells();
      const [x0, x1] = run.plane.x;
      const [y0, y1] = run.plane.y;
      context.imageSmoothingEnabled = Boolean(numbers);
      context.drawImage(this.heat, toX(x0), toY(y1), toX(x1) - toX(x0), toY(y0) - toY(y1));
      if (numbers && b.kind !== 'value') this.paintContour(context, numbers, n, 0.5, toX, toY);
    }
    if (run.points) this.paintWrong(context, toX, toY);
    this.placeMarks(toX, toY);
    if (this.view.confusion && run.points) this.paintMatrix(frame);
  }

  paintCurves(context, toX, toY) {
    const { run, frame } = this;
    const { curves, n } = run.boundary;
    const count = curves.shape[1];
    const [x0, x1] = run.plane.x;
    const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
    for (let k = 0; k < count; k++) {
      context.beginPath();
      for (let i = 0; i < n; i++) {
        const x = toX(x0 + ((i + 0.5) * (x1 - x0)) / n);
        const y = toY(curves[(frame * count + k) * n + i]);
        if (i) context.lineTo(x, y); else context.moveTo(x, y);
      }
      context.setLineDash(dashes[k % dashes.length]);
      context.lineWidth = 3;
      context.strokeStyle = count > 1 ? run.palette.classes[k % run.palette.classes.length] : run.palette.cursor;
      context.stroke();
    }
    context.setLineDash([]);
  }

  paintContour(context, values, n, level, toX, toY) {
    // Marching squares between cell centres.
    const [x0, x1] = this.run.plane.x;
    const [y0, y1] = this.run.plane.y;
    const px = (i) => toX(x0 + ((i + 0.5) * (x1 - x0)) / n);
    const py = (j) => toY(y0 + ((j + 0.5) * (y1 - y0)) / n);
    context.beginPath();
    for (let j = 0; j + 1 < n; j++) {
      for (let i = 0; i + 1 < n; i++) {
        const a = values[j * n + i] - level, b = values[j * n + i + 1] - level;
        const c = values[(j + 1) * n + i + 1] - level, d = values[(j + 1) * n + i] - level;
        const kind = (a > 0) | ((b > 0) << 1) | ((c > 0) << 2) | ((d > 0) << 3);
        if (kind === 0 || kind === 15) continue;
        const points = [];
        if ((a > 0) !== (b > 0)) points.push([px(i + a / (a - b)), py(j)]);
        if ((b > 0) !== (c > 0)) points.push([px(i + 1), py(j + b / (b - c))]);
        if ((c > 0) !== (d > 0)) points.push([px(i + d / (d - c)), py(j + 1)]);
        if ((d > 0) !== (a > 0)) points.push([px(i), py(j + a / (a - d))]);
        for (let k = 0; k + 1 < points.length; k += 2) {
          context.moveTo(...points[k]);
          context.lineTo(...points[k + 1]);
        }
      }
    }
    context.lineWidth = 2.5;
    context.strokeStyle = this.theme.dark ? '#ffffff' : '#111111';
    context.stroke();
  }

  *wrong(part) {
    const { wrong, xy } = this.run.points[part];
    const start = this.frame * wrong.shape[1];
    for (let i = 0; i < xy.shape[0]; i++) if ((wrong[start + (i >> 3)] >> (i & 7)) & 1) yield i;
  }

  paintWrong(context, toX, toY) {
    const { points, palette } = this.run;
    context.lineWidth = 1.6;
    context.strokeStyle = palette.wrong[this.theme.dark ? 'dark' : 'light'];
    context.beginPath();
    this.wrongCounts = {};
    for (const part of Object.keys(points)) {
      this.wrongCounts[part] = 0;
      const { xy } = points[part];
      for (const i of this.wrong(part)) {
        this.wrongCounts[part] += 1;
        if (part === 'test' && !this.view.test) continue;
        const x = toX(xy[2 * i]), y = toY(xy[2 * i + 1]);
        context.moveTo(x + 6, y);
        context.arc(x, y, 6, 0, 2 * Math.PI);
      }
    }
    context.stroke();
  }

  placeMarks(toX, toY) {
    // Chosen samples are ringed above the points, so by elements and not on the canvas below.
    const { clip } = this.panels.boundary;
    const marks = this.marks || [];
    while (clip.childElementCount - 1 > marks.length) clip.lastChild.remove();
    while (clip.childElementCount - 1 < marks.length) clip.append(element('div', { class: 'mark' }));
    marks.forEach(([x, y], i) => { clip.children[i + 1].style.transform = `translate(${toX(x)}px, ${toY(y)}px)`; });
  }

  paintMatrix(frame) {
    // Rows are true classes, with the recall at their end; below each predicted class stands its precision.
    const part = this.matrixPart;
    const { confusion } = this.run.points[part];
    const k = confusion.shape[1];
    const { classes } = this.run;
    if (this.matrix.dataset.size !== `${part}${this.run.id}`) {
      this.matrix.dataset.size = `${part}${this.run.id}`;
      const head = element('tr', {}, element('th', { text: 'true \\ predicted' }), ...classes.map((name) => element('th', { scope: 'col', text: name, title: name })), element('th', { scope: 'col', text: 'recall' }));
      this.matrixCells = classes.map((truth, i) => classes.map((guess, j) => {
        const label = `Samples of class ${truth} predicted as ${guess}`;
        const button = element('button', { type: 'button', title: label, 'aria-label': label, onclick: () => this.options.onCell && this.options.onCell(part, i, j) });
        return { cell: element('td', {}, button), button, label };
      }));
      this.recalls = classes.map(() => element('td', { class: 'rate' }));
      this.precisions = classes.map(() => element('td', { class: 'rate' }));
      const rows = classes.map((name, i) => element('tr', {}, element('th', { scope: 'row', text: name, title: name }), ...this.matrixCells[i].map(({ cell }) => cell), this.recalls[i]));
      this.whole = element('td', { class: 'rate' });
      const foot = element('tr', {}, element('th', { scope: 'row', text: 'precision' }), ...this.precisions, this.whole);
      this.matrix.replaceChildren(element('table', {}, element('caption', { text: `Confusion matrix, ${part} part` }), head, ...rows, foot));
      this.matrix.classList.toggle('dense', k > 5);
    }
    const columns = new Array(k).fill(0);
    let right = 0, all = 0;
    const rate = (part, whole) => (whole ? formatPercent(part / whole) : '–');
    for (let i = 0; i < k; i++) {
      let total = 0;
      for (let j = 0; j < k; j++) total += confusion[(frame * k + i) * k + j];
      for (let j = 0; j < k; j++) {
        const count = confusion[(frame * k + i) * k + j];
        const { cell, button, label } = this.matrixCells[i][j];
        columns[j] += count;
        button.textContent = count;
        button.disabled = !count || !this.options.onCell;
        button.setAttribute('aria-label', `${label}: ${count}`);
        cell.style.setProperty('--share', total ? count / total : 0);
        cell.className = i === j ? 'right' : count ? 'mistake' : 'none';
      }
      const hits = confusion[(frame * k + i) * k + i];
      right += hits;
      all += total;
      this.recalls[i].textContent = rate(hits, total);
    }
    for (let j = 0; j < k; j++) this.precisions[j].textContent = rate(confusion[(frame * k + j) * k + j], columns[j]);
    this.whole.textContent = rate(right, all);
    this.whole.title = 'accuracy';
  }

  get matrixPart() {
    return this.run.points.test && this.view.test ? 'test' : 'train';
  }

  // ---- the network diagram

  layoutNetwork() {
    const stage = this.panels.network.stage;
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const { shown, sizes } = this.run.network;
    const most = Math.max(...shown);
    const footer = 18, header = 18;
    const room = height - header - footer;
    const columns = shown.length;
    const side = Math.max(10, Math.min(40, room / most - 3, (width - 70) / columns - 22));
    const longest = Math.max(...this.run.network.inputs.map((name) => Math.min(name.length, 9)));
    const left = 12 + 6.5 * longest, right = 24;
    this.nodes = [];
    shown.forEach((count, l) => {
      const x = left + ((width - left - right - side) * l) / Math.max(columns - 1, 1);
      const gap = Math.min(room / count, side * 1.9);
      for (let i = 0; i < count; i++) {
        const y = header + room / 2 + (i - (count - 1) / 2) * gap - side / 2;
        this.nodes.push({ l, i, x, y, side, hiddenUnits: i === count - 1 ? sizes[l] - count : 0 });
      }
    });
    this.nodeOf = new Map(this.nodes.map((node) => [`${node.l},${node.i}`, node]));
    const n = this.run.network;
    this.atlas = n.maps ? new OffscreenCanvas(n.map_side[0] * this.nodes.length, n.map_side[1]) : null;
    this.atlasImage = this.atlas ? new ImageData(this.atlas.width, this.atlas.height) : null;
  }

  paintNetwork() {
    if (!this.run || !this.nodes || !this.names.includes('network')) return;
    const { run, frame, theme } = this;
    const n = run.network;
    const context = this.canvas.getContext('2d');
    const scale = window.devicePixelRatio || 1;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const [negative, positive] = run.palette.classes;
    const start = frame * n.edges.length;
    context.lineCap = 'butt';
    n.edges.forEach(([l, i, j], k) => {
      const w = n.weights[start + k];
      const from = this.nodeOf.get(`${l - 1},${j}`), to = this.nodeOf.get(`${l},${i}`);
      const size = Math.min(1, Math.abs(w) / n.weight_limit);
      if (!(size > 0)) return;
      context.beginPath();
      context.setLineDash(w < 0 ? [8, 3] : []);
      context.lineWidth = 0.4 + 5.6 * size;
      context.globalAlpha = 0.35 + 0.65 * Math.sqrt(size);
      context.strokeStyle = w < 0 ? negative : positive;
      const [x1, y1, x2, y2] = [from.x + from.side, from.y + from.side / 2, to.x, to.y + to.side / 2];
      context.moveTo(x1, y1);
      context.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
      context.stroke();
    });
    context.setLineDash([]);
    context.globalAlpha = 1;
    if (this.atlas) this.paintAtlas();
    const nInputs = n.shown[0];
    const biasStart = frame * n.biases.shape[1];
    context.textAlign = 'center';
    context.font = `11px ${getComputedStyle(this.root).fontFamily}`;
    this.nodes.forEach((node, k) => {
      const { x, y, side, l, i } = node;
      context.fillStyle = theme.panel;
      context.fillRect(x, y, side, side);
      if (this.atlas) {
        const [w, h] = n.map_side;
        context.imageSmoothingEnabled = false;
        context.drawImage(this.atlas, k * w, 0, w, h, x, y, side, side);
      }
      context.lineWidth = 1.5;
      context.strokeStyle = l ? run.palette.layers[(l - 1) % run.palette.layers.length] : theme.text;
      context.strokeRect(x, y, side, side);
      if (l) {
        const bias = n.biases[biasStart + k - nInputs];
        const radius = 2 + 4 * Math.min(1, Math.abs(bias) / n.weight_limit);
        context.beginPath();
        context.arc(x, y + side, radius, 0, 2 * Math.PI);
        context.fillStyle = bias < 0 ? negative : positive;
        context.fill();
        context.lineWidth = 1.5;
        context.strokeStyle = theme.background;
        context.stroke();
      } else {
        context.fillStyle = theme.text;
        context.textAlign = 'right';
        const name = n.inputs[i];
        context.fillText(name.length > 9 ? `${name.slice(0, 8)}…` : name, x - 4, y + side / 2 + 4);
        context.textAlign = 'center';
      }
      if (node.hiddenUnits) {
        context.fillStyle = theme.text;
        context.fillText(`+${node.hiddenUnits}`, x + side / 2, y + side + 12);
      }
    });
    context.fillStyle = theme.text;
    n.shown.forEach((_, l) => {
      const { x, side } = this.nodeOf.get(`${l},0`);
      if (n.shown.length > 6) context.font = context.font.replace(/^\d+px/, '9px');
      context.fillText(l ? n.activations[l - 1] : 'input', x + side / 2, 12);
    });
  }

  paintAtlas() {
    const n = this.run.network;
    const [w, h] = n.map_side;
    const cells = w * h;
    const pixels = new Uint32Array(this.atlasImage.data.buffer);
    const width = this.atlas.width;
    const nInputs = n.shown[0];
    const units = this.nodes.length - nInputs;
    const output = n.sizes[n.sizes.length - 1];
    this.nodes.forEach((node, k) => {
      const source = k < nInputs ? n.input_maps : n.maps;
      const start = k < nInputs ? k * cells : (this.frame * units + k - nInputs) * cells;
      const lut = node.l === n.sizes.length - 1 && output > 1 ? this.regions[node.i % this.regions.length] : this.diverging;
      for (let c = 0; c < cells; c++) pixels[(h - 1 - Math.floor(c / w)) * width + k * w + (c % w)] = lut[source[start + c]];
    });
    this.atlas.getContext('2d').putImageData(this.atlasImage, 0, 0);
  }

  hoverNetwork(event) {
    if (!this.run || !this.nodes) return;
    const box = this.canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const n = this.run.network;
    const readout = this.panels.network.readout;
    const node = this.nodes.find(({ x, y, side }) => px >= x - 4 && px <= x + side + 4 && py >= y - 4 && py <= y + side + 4);
    if (node) {
      const k = this.nodes.indexOf(node) - n.shown[0];
      readout.textContent = node.l ? `layer ${node.l}, unit ${node.i + 1}: b = ${formatNumber(n.biases[this.frame * n.biases.shape[1] + k])}` : n.inputs[node.i];
      return;
    }
    let best = null;
    n.edges.forEach(([l, i, j], k) => {
      const from = this.nodeOf.get(`${l - 1},${j}`), to = this.nodeOf.get(`${l},${i}`);
      const [x1, y1, x2, y2] = [from.x + from.side, from.y + from.side / 2, to.x, to.y + to.side / 2];
      if (px < x1 || px > x2) return;
      const t = inverseBezier((px - x1) / (x2 - x1));
      const y = y1 + (y2 - y1) * (3 * t * t - 2 * t * t * t);
      const distance = Math.abs(y - py);
      if (distance < 6 && (!best || distance < best.distance)) best = { distance, k, l, i, j };
    });
    readout.textContent = best ? `W[${best.l}][${best.i + 1},${best.j + 1}] = ${formatNumber(n.weights[this.frame * n.edges.length + best.k])}` : this.thinned || '';
  }

  hoverBoundary(event) {
    const { plot, readout } = this.panels.boundary;
    if (!this.run || !plot._fullLayout) return;
    const { run, frame } = this;
    const spot = this.placeAt(event);
    if (!spot) { readout.textContent = this.note || ''; return; }
    const [x, y] = spot;
    const b = run.boundary;
    const cell = (value, [low, high], n) => Math.floor(((value - low) / (high - low)) * n);
    const { fine, oneClass } = this;
    const map = oneClass === null ? null : this.classMap(oneClass);
    const n = map ? map.n : fine ? fine.n : b.n;
    const i = cell(x, run.plane.x, n);
    if (i < 0 || i >= n) { readout.textContent = ''; return; }
    if (b.kind === 'line') {
      const count = b.curves.shape[1];
      const values = Array.from({ length: count }, (_, k) => formatNumber(b.curves[(frame * count + k) * n + i]));
      readout.textContent = `${values.join(', ')} at ${formatNumber(x)}`;
      return;
    }
    const j = cell(y, run.plane.y, n);
    if (j < 0 || j >= n) { readout.textContent = ''; return; }
    const at = fine ? j * n + i : frame * n * n + j * n + i;
    const raw = fine ? fine.values[at] : null;
    const about = fine ? '' : '≈ ';
    const place = `at (${formatNumber(x)}, ${formatNumber(y)})`;
    if (map) {
      readout.textContent = `${this.outputOf(run.classes[oneClass])} ≈ ${map.value(j * n + i).toFixed(fine ? 4 : 2)} ${place}`;
    } else if (b.kind === 'regions') {
      const value = fine ? raw : b.low + ((b.high - b.low) * b.values[at]) / 255;
      const winner = (fine ? fine.winner : b.winner)[at];
      readout.textContent = `${run.classes[winner]}: ${about}${fine ? formatNumber(value) : value.toFixed(2)} ${place}`;
    } else {
      const value = fine ? raw : b.lows[frame] + ((b.highs[frame] - b.lows[frame]) * b.values[at]) / 255;
      const name = b.kind === 'probability' ? `p(${run.classes[1]})` : run.target;
      readout.textContent = `${name} ${fine ? '= ' : '≈ '}${fine ? formatNumber(value) : value.toFixed(2)} ${place}`;
    }
  }

  // ---- refinement, words, pictures, link

  async refine(bytes) {
    const refined = await unpack(bytes);
    if (this.destroyed || !this.run || refined.run !== this.run.id) return;
    this.refined = refined.values ? refined : null;
    this.marks = refined.marks;
    if (refined.adopted !== this.adopted && !this.playing && refined.frame !== this.frame) this.go(refined.frame);
    this.adopted = refined.adopted;
    this.paintBoundary();
    this.box.dataset.refined = refined.frame;
  }

  summary() {
    const { run, frame } = this;
    const h = run.history;
    const score = (value) => (run.task === 'regression' ? formatNumber(value) : formatPercent(value));
    const test = run.has_test ? `, test loss ${formatNumber(h.test_loss[frame])}, test ${run.metric} ${score(h.test_score[frame])}` : '';
    return `Epoch ${h.epoch[frame]}: training loss ${formatNumber(h.train_loss[frame])}, training ${run.metric} ${score(h.train_score[frame])}${test}.`;
  }

  describe() {
    const { run, frame } = this;
    const layers = run.history.grad_norm.shape[1];
    const norms = Array.from({ length: layers }, (_, l) => `layer ${l + 1} ${formatNumber(run.history.grad_norm[frame * layers + l])}`);
    const wrong = run.points ? Object.keys(run.points).map((part) => `${[...this.wrong(part)].length} of ${run.points[part].xy.shape[0]} ${part} points wrong`).join(', ') : '';
    const texts = {
      network: `Network ${run.network.sizes.join(' → ')}. ${run.network.n_weights} weights, ${run.network.edges.length} drawn; the largest drawn has size ${formatNumber(this.largestWeight())}.${this.thinned && ` ${CHOSEN}`}`,
      boundary: `${this.panels.boundary.heading.textContent} over ${run.plane.names.join(' and ')}. ${wrong} ${this.summary()}`,
      loss: this.summary(),
      gradients: `Norm of the gradient of the mean loss: ${norms.join(', ')}.`,
    };
    for (const [name, text] of Object.entries(texts)) this.panels[name].alternative.textContent = text;
    this.canvas.setAttribute('aria-label', texts.network);
  }

  largestWeight() {
    const n = this.run.network;
    let largest = 0;
    for (let k = 0; k < n.edges.length; k++) largest = Math.max(largest, Math.abs(n.weights[this.frame * n.edges.length + k]));
    return largest;
  }

  async picture(name) {
    const { stage, plot, under, cursor } = this.panels[name];
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    const canvas = element('canvas', { width: 2 * width, height: 2 * height });
    const context = canvas.getContext('2d');
    context.scale(2, 2);
    context.fillStyle = this.theme.background;
    context.fillRect(0, 0, width, height);
    if (name === 'network') {
      context.drawImage(this.canvas, 0, 0, width, height);
      return canvas;
    }
    const { l, t, w, h } = plot._fullLayout._size;
    const [left, top] = [plot.offsetLeft, plot.offsetTop];
    const heat = () => name === 'boundary' && context.drawImage(under, left + l, top + t, w, h);
    if (this.run.boundary.kind !== 'line') heat();
    const image = new Image();
    image.src = await this.options.Plotly.toImage({ data: plot.data, layout: { ...plot.layout, showlegend: true } }, { format: 'png', width: plot.clientWidth, height: plot.clientHeight, scale: 2 });
    await image.decode();
    context.drawImage(image, left, top, plot.clientWidth, plot.clientHeight);
    if (this.run.boundary.kind === 'line') heat();
    if (name !== 'boundary') {
      const x = plot._fullLayout.xaxis.l2p(this.run.history.epoch[this.frame]);
      context.fillStyle = cursor.style.background;
      context.fillRect(left + l + x - 1, top + t, 2, h);
    }
    return canvas;
  }

  async save(name) {
    if (!this.run) return;
    const canvas = await this.picture(name);
    const link = element('a', { download: `ffbp-${name}-epoch-${this.run.history.epoch[this.frame]}.png`, href: canvas.toDataURL('image/png') });
    document.body.append(link);
    link.click();
    link.remove();
  }

  async copyLink() {
    const link = this.options.link ? this.options.link() : window.location.href;
    try {
      await navigator.clipboard.writeText(link); // missing on plain http
      this.linkButton.textContent = 'Copied';
      setTimeout(() => { this.linkButton.textContent = 'Copy link'; }, 1500);
    } catch {
      this.linkField.hidden = false;
      this.linkField.value = link;
      this.linkField.focus();
      this.linkField.select();
      this.linkButton.textContent = 'Press Ctrl+C';
      this.linkField.addEventListener('blur', () => { this.linkField.hidden = true; this.linkButton.textContent = 'Copy link'; }, { once: true });
    }
  }

  destroy() {
    this.destroyed = true;
    this.pause();
    clearTimeout(this.resting);
    for (const undo of this.cleanup) undo();
    for (const { plot } of Object.values(this.panels)) if (plot) this.options.Plotly.purge(plot);
    this.root.replaceChildren();
  }
}

// Sets, moves and erases points on the boundary's plane, with mouse, finger or keyboard. It changes nothing itself: it says
// what is wanted, and shows it as pending until the new run is there.
class Editor {
  constructor(player, onEdit) {
    this.player = player;
    this.onEdit = onEdit;
    this.tool = 0; // a class, 'value' or 'erase'
    this.pending = [];
    const help = 'Drawing plane. Arrows move the pen, Enter sets a point or changes the one under the pen, Delete erases it, digits choose the class.';
    this.plane = element('div', { class: 'editor', tabindex: 0, role: 'application', 'aria-label': help, title: 'Click to set a point, drag one to move it' });
    this.pen = element('div', { class: 'pen', hidden: '' });
    this.ghost = element('div', { class: 'ghost', hidden: '' });
    this.plane.append(this.pen, this.ghost);
    player.panels.boundary.stage.append(this.plane);
    this.tools = element('div', { class: 'tools', role: 'toolbar', 'aria-label': 'What a click sets' });
    player.panels.boundary.section.insertBefore(this.tools, player.panels.boundary.stage);
    this.plane.addEventListener('pointerdown', (event) => this.down(event));
    this.plane.addEventListener('pointermove', (event) => this.drag(event));
    this.plane.addEventListener('pointerup', (event) => this.up(event));
    this.plane.addEventListener('pointercancel', () => this.cancel());
    this.plane.addEventListener('keydown', (event) => this.key(event));
    this.plane.addEventListener('blur', () => { this.pen.hidden = true; });
  }

  show() {
    // A run arrived: its points, and the tools that suit its data.
    const { run } = this.player;
    for (const dot of this.pending) dot.remove();
    this.pending = [];
    this.points = run.figures.boundary.data.flatMap((trace) => Array.from(trace.customdata, (custom, i) => ({
      index: custom[0], x: trace.x[i], y: trace.y[i], target: custom[1],
    })));
    const key = JSON.stringify([run.task, run.classes]);
    if (key === this.kind) return;
    this.kind = key;
    const button = (label, tool, colour) => {
      const dot = element('span', { class: 'dot', 'aria-hidden': 'true' });
      dot.style.background = colour;
      return element('button', { type: 'button', 'data-tool': tool, onclick: () => this.choose(tool) }, ...(colour ? [dot] : []), label);
    };
    const classes = run.classes.map((name, k) => button(name, k, run.palette.classes[k % run.palette.classes.length]));
    this.value = null;
    if (run.task === 'regression' && !run.plane.line) {
      this.value = element('input', { type: 'number', step: 'any', value: 0, 'aria-label': `Value of ${run.target}`, oninput: () => this.choose('value') });
      classes.push(button(`${run.target} =`, 'value'), this.value);
    } else if (run.task === 'regression') classes.push(button('point', 'value'));
    this.tools.replaceChildren(...classes, button('erase', 'erase'));
    this.choose(run.classes.length ? 0 : 'value');
  }

  choose(tool) {
    this.tool = tool;
    for (const button of this.tools.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.dataset.tool === String(tool)));
  }

  get axes() {
    return this.player.panels.boundary.plot._fullLayout;
  }

  pixels({ x, y }) {
    return [this.axes.xaxis.l2p(x), this.axes.yaxis.l2p(y)];
  }

  at(event) {
    const box = this.plane.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  // The point under a place of the plane, within some pixels; the nearest of several.
  under([px, py], reach) {
    let best = null;
    for (const point of this.points || []) {
      const [x, y] = this.pixels(point);
      const distance = Math.hypot(x - px, y - py);
      if (distance <= reach && (!best || distance < best.distance)) best = { point, distance };
    }
    return best && best.point;
  }

  // A place of the plane as a point with the tool's class or value; null for a value that is no number.
  pointAt([px, py], target = null) {
    const { run } = this.player;
    const [x, y] = [this.axes.xaxis.p2l(px), this.axes.yaxis.p2l(py)];
    const line = run.plane.line;
    const wanted = target ?? (this.tool === 'value' ? (line ? y : Number(String(this.value.value).replace(',', '.'))) : this.tool);
    if (!Number.isFinite(wanted)) return null;
    if (line) return run.task === 'regression' ? [x, y] : [x, wanted];
    return [x, y, wanted];
  }

  down(event) {
    if (event.button) return;
    this.plane.focus({ preventScroll: true });
    this.pen.hidden = true;
    const place = this.at(event);
    this.held = { from: place, point: this.under(place, event.pointerType === 'touch' ? 18 : 10), moved: false };
    this.plane.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  drag(event) {
    const near = this.held ? this.held.point : this.under(this.at(event), 10);
    this.plane.style.cursor = near ? 'grab' : 'crosshair';
    if (!this.held) return;
    const place = this.at(event);
    if (Math.hypot(place[0] - this.held.from[0], place[1] - this.held.from[1]) > 4) this.held.moved = true;
    if (!this.held.moved || !this.held.point) return;
    this.ghost.hidden = false;
    this.ghost.style.transform = `translate(${place[0]}px, ${place[1]}px)`;
    this.ghost.style.background = this.colour(this.held.point.target);
  }

  up(event) {
    const { held } = this;
    this.cancel();
    if (!held) return;
    const place = this.at(event);
    if (held.moved && held.point) this.move(held.point, place);
    else if (!held.moved) this.apply(place, held.point);
  }

  cancel() {
    this.held = null;
    this.ghost.hidden = true;
  }

  move(point, place) {
    const { clientWidth, clientHeight } = this.plane;
    const inside = [Math.min(Math.max(place[0], 0), clientWidth), Math.min(Math.max(place[1], 0), clientHeight)];
    this.wait(inside, point.target);
    const moved = this.pointAt(inside, point.target);
    const { line } = this.player.run.plane;
    if (!(line && this.player.run.task === 'regression')) moved[moved.length - 1] = null; // as it was, to the last digit
    this.onEdit({ kind: 'move', index: point.index, point: moved });
  }

  // What a click does: erase or change the point that is there, else set one.
  apply(place, point, tool = this.tool) {
    if (tool === 'erase') {
      if (point) { this.wait(this.pixels(point), null); this.onEdit({ kind: 'erase', index: point.index }); }
      return;
    }
    const wanted = this.pointAt(point && !this.player.run.plane.line ? this.pixels(point) : place);
    if (!wanted) { this.player.panels.boundary.readout.textContent = 'type a number first'; return; }
    if (point) { // its place stays as it is, to the last digit
      const { line } = this.player.run.plane;
      if (line && this.player.run.task === 'regression') return;
      const changed = line ? [point.x, wanted[1]] : [point.x, point.y, wanted[2]];
      this.wait(this.pixels(point), wanted[wanted.length - 1]);
      this.onEdit({ kind: 'move', index: point.index, point: changed });
      return;
    }
    this.wait(place, wanted[wanted.length - 1]);
    this.onEdit({ kind: 'add', point: wanted });
  }

  colour(target) {
    const { run } = this.player;
    return run.task === 'regression' ? run.palette.cursor : run.palette.classes[target % run.palette.classes.length];
  }

  // Shown at once, until the run with this change is there.
  wait([x, y], target) {
    const dot = element('div', { class: target === null ? 'ghost gone' : 'ghost' });
    dot.style.transform = `translate(${x}px, ${y}px)`;
    if (target !== null) dot.style.background = this.colour(target);
    this.plane.append(dot);
    this.pending.push(dot);
    setTimeout(() => dot.remove(), 4000); // the change was refused
  }

  key(event) {
    const { clientWidth: width, clientHeight: height } = this.plane;
    const { run } = this.player;
    if (event.ctrlKey || event.metaKey || event.altKey || !run) return;
    const step = event.shiftKey ? 1 : 10;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    this.spot ??= [width / 2, height / 2];
    const here = () => this.under(this.spot, 10);
    if (moves[event.key]) {
      const [dx, dy] = moves[event.key];
      this.spot = [Math.min(Math.max(this.spot[0] + dx, 0), width), Math.min(Math.max(this.spot[1] + dy, 0), height)];
    } else if (event.key === 'Enter' || event.key === ' ') this.apply(this.spot, here());
    else if (event.key === 'Delete' || event.key === 'Backspace') this.apply(this.spot, here(), 'erase');
    else if (/^[1-9]$/.test(event.key) && run.classes[+event.key - 1]) this.choose(+event.key - 1);
    else if (event.key === '0' || event.key === 'e') this.choose('erase');
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.pen.hidden = false;
    this.pen.style.transform = `translate(${this.spot[0]}px, ${this.spot[1]}px)`;
    const [x, y] = [this.axes.xaxis.p2l(this.spot[0]), this.axes.yaxis.p2l(this.spot[1])];
    const on = here();
    this.player.panels.boundary.readout.textContent = `pen at (${formatNumber(x)}, ${formatNumber(y)})${on ? `, on sample ${on.index}` : ''}`;
    this.player.live.textContent = this.player.panels.boundary.readout.textContent;
  }
}

function inverseBezier(x) {
  // The parameter t at which the edge's curve (control points at half width) reaches the share x of its width.
  let t = x;
  for (let i = 0; i < 8; i++) {
    const value = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t;
    const slope = 1.5 * (1 - t) * (1 - t) + 1.5 * t * t;
    t = Math.min(1, Math.max(0, t - (value - x) / Math.max(slope, 0.1)));
  }
  return t;
}
