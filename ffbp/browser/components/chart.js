// One chart, updated in place by Plotly.react. A chart outside the window waits until those inside have been drawn. The
// custom data of a clicked point are reported, and the height to which somebody has moved the chart's goal. Marks walk
// along paths in the chart with a player's frame. Where a chart zooms, the box that a mouse draws in it is reported.

import { download, element } from '../dom.js';
import { Goal } from './goal.js';
import { Walk } from './walk.js';
import { findPlotly } from './plotly.js';
import { mount } from './view.js';

const CONFIG = {
  displayModeBar: false, displaylogo: false, showTips: false, scrollZoom: false, doubleClick: false,
  plotlyServerURL: '', responsive: false,
};

// On a phone, a scale of colours lies below its picture and the axis's title, in each chart as many pixels.
const BELOW = { orientation: 'h', x: 0.5, xanchor: 'center', yanchor: 'top', len: 1, tickfont: { size: 12 } };
const AROUND = 165; // pixels above and below the axes
const LEAST = 64; // pixels of the axes over such a scale: Plotly takes no place further below than two of their heights
const below = ({ height }) => ({ ...BELOW, y: -64 / (height - AROUND) });
const NARROW = 480;

// On a large screen, letters grow as those of the player's panels do; on a smaller one they are the figure's.
const LARGE = 1600, GROWN = 1.2;
const classOf = (width) => (width < NARROW ? 'narrow' : window.innerWidth >= LARGE ? 'large' : 'usual');
const grow = (part) => {
  if (!part || typeof part !== 'object' || ArrayBuffer.isView(part)) return;
  for (const [key, each] of Object.entries(part)) {
    if (/font$/.test(key) && Number.isFinite(each.size)) each.size = Math.round(GROWN * each.size);
    else grow(each);
  }
};

// The edges of both axes after a zoom, in the axes' numbers.
const edgesOf = ({ xaxis, yaxis }) => [xaxis, yaxis].flatMap(
  ({ type, range }) => range.map((edge) => (type === 'log' ? 10 ** edge : edge)));

const whenIdle = (action) => {
  if (window.requestIdleCallback) requestIdleCallback(action, { timeout: 400 });
  else setTimeout(action, 120);
};

class Chart {
  constructor({ parentElement }) {
    this.visible = null; // unknown
    this.plot = element('div', { class: 'plot', role: 'img' });
    const button = { type: 'button', class: 'save', text: '⤓', title: 'Save picture', onclick: () => this.save() };
    this.button = element('button', button);
    this.root = element('section', { class: 'ffbp-chart' }, this.plot, this.button);
    parentElement.append(this.root);
    this.seen = new IntersectionObserver((entries) => {
      this.visible = entries[entries.length - 1].isIntersecting;
      if (this.visible) this.draw();
    }, { rootMargin: '100px' });
    this.seen.observe(this.root);
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(this.root);
    const missing = () => { this.plot.textContent = 'The chart could not be loaded. Reload the page.'; };
    findPlotly().then((Plotly) => {
      this.Plotly = Plotly;
      this.schedule();
    }, missing);
  }

  show(bytes, theme) {
    const chart = JSON.parse(new TextDecoder().decode(bytes));
    const look = `${chart.id} ${theme.dark} ${theme.background}`;
    if (look === this.look) return;
    Object.assign(this, { chart, look, theme, stale: true });
    this.root.dataset.shown = this.chart.id;
    const { title, alternative, plot } = this.chart;
    this.root.setAttribute('aria-label', title);
    this.plot.setAttribute('aria-label', alternative);
    this.plot.style.height = `${plot.layout.height}px`;
    this.button.setAttribute('aria-label', `Save picture: ${title}`);
    this.schedule();
  }

  schedule() {
    if (this.visible === false) whenIdle(() => this.draw());
    else this.draw();
  }

  styled() {
    const { text, border, background } = this.theme;
    const [layout, data] = [this.chart.plot.layout, this.chart.plot.data].map((each) => structuredClone(each));
    const isNarrow = classOf(this.root.clientWidth) === 'narrow';
    layout.font = { ...layout.font, color: text, family: getComputedStyle(this.root).fontFamily };
    const scales = isNarrow ? data.map(({ colorbar }) => colorbar).filter(Boolean) : [];
    if (scales.length) layout.height = Math.max(layout.height, AROUND + LEAST);
    scales.forEach((scale) => Object.assign(scale, below(layout)));
    if (layout.legend && isNarrow) layout.legend.font = { ...layout.legend.font, size: 12 };
    if (classOf(this.root.clientWidth) === 'large') [layout, data].forEach(grow);
    layout.hoverlabel = { bgcolor: background, font: { color: text } };
    for (const [name, axis] of Object.entries(layout)) {
      if (/^[xy]axis\d*$/.test(name)) Object.assign(axis, { gridcolor: border, linecolor: border, tickcolor: text });
    }
    if (this.chart.zooms && window.matchMedia('(pointer: coarse)').matches) { // a finger scrolls the page
      layout.dragmode = false;
      for (const axis of [layout.xaxis, layout.yaxis]) axis.fixedrange = true;
    }
    return { data, layout };
  }

  draw() {
    if (!this.stale || !this.Plotly || this.closed || !this.root.clientWidth) return;
    this.stale = false;
    const { data, layout } = this.styled();
    this.width = this.root.clientWidth;
    this.class = classOf(this.width);
    layout.width = this.width;
    this.plot.style.height = `${layout.height}px`;
    this.Plotly.react(this.plot, data, layout, CONFIG);
    if (!this.listening) {
      this.listening = true;
      this.plot.on('plotly_click', ({ points }) => {
        const custom = points[0]?.customdata;
        if (this.chart.clickable && (custom ?? null) !== null) this.tell('choice', custom);
      });
      this.plot.on('plotly_relayout', (changed) => {
        const zoomed = this.chart.zooms && Object.keys(changed).some((key) => key.includes('axis.range'));
        if (zoomed) this.tell('box', edgesOf(this.plot._fullLayout));
      });
    }
    this.placeMarks();
    this.root.classList.toggle('clickable', Boolean(this.chart.clickable));
    this.root.dataset.drawn = this.chart.id;
  }

  // With what the chart in sight is of: the server may have gone on.
  tell(event, value) {
    this.component.setTriggerValue(event, { of: this.chart.of, value });
  }

  placeMarks() {
    const { goal, plot: { layout: { meta } } } = this.chart;
    if (meta?.walk) this.walk ??= new Walk(this.root);
    this.walk?.show(meta?.walk, this.plot._fullLayout);
    if (goal) this.goal ??= new Goal(this.root, (value) => this.tell('goal', value));
    this.goal?.show(goal, this.plot._fullLayout);
  }

  fit() {
    const width = this.root.clientWidth;
    if (!width || width === this.width) return;
    if (this.stale || !this.listening || classOf(width) !== this.class) {
      this.stale = true;
      this.draw();
    } else {
      this.width = width;
      this.Plotly.relayout(this.plot, { width });
      this.placeMarks();
    }
  }

  async save() {
    if (!this.Plotly) return;
    const { data, layout } = this.styled();
    const { clientWidth: width, clientHeight: height } = this.plot;
    layout.paper_bgcolor = this.theme.background;
    const picture = await this.Plotly.toImage({ data, layout }, { format: 'png', width, height, scale: 2 });
    download(`ffbp-${this.chart.file}.png`, picture);
  }

  close() {
    this.closed = true;
    this.seen.disconnect();
    this.sized.disconnect();
    this.walk?.close();
    this.Plotly?.purge(this.plot);
  }
}

export default mount(Chart);
