// One chart that changes in place: the Plotly element stays, new numbers are handed to Plotly.react. A chart outside the
// window waits until those inside have been drawn. Reports the custom data of a clicked point.

const charts = new WeakMap();
const CONFIG = { displayModeBar: false, displaylogo: false, showTips: false, scrollZoom: false, doubleClick: false, plotlyServerURL: '', responsive: false };

const whenIdle = (action) => (window.requestIdleCallback ? requestIdleCallback(action, { timeout: 400 }) : setTimeout(action, 120));

class Chart {
  constructor(root, { ask, choose }) {
    this.root = root;
    this.choose = choose;
    this.visible = null; // not known yet
    this.plot = document.createElement('div');
    this.plot.className = 'plot';
    this.plot.setAttribute('role', 'img');
    this.button = document.createElement('button');
    this.button.type = 'button';
    this.button.className = 'save';
    this.button.textContent = '⤓';
    this.button.onclick = () => this.save();
    root.append(this.plot, this.button);
    this.seen = new IntersectionObserver((entries) => {
      this.visible = entries[entries.length - 1].isIntersecting;
      if (this.visible) this.draw();
    }, { rootMargin: '100px' });
    this.seen.observe(root);
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(root);
    findPlotly(ask).then((Plotly) => { this.Plotly = Plotly; this.schedule(); });
  }

  show(text, theme) {
    if (text === this.text && theme.dark === this.theme.dark && theme.background === this.theme.background) return;
    if (text !== this.text) this.chart = JSON.parse(text);
    [this.text, this.theme, this.stale] = [text, theme, true];
    this.root.dataset.shown = this.chart.id;
    const { title, alternative, plot } = this.chart;
    this.root.setAttribute('aria-label', title);
    this.plot.setAttribute('aria-label', alternative);
    this.plot.style.height = `${plot.layout.height}px`;
    this.button.title = 'Save picture';
    this.button.setAttribute('aria-label', `Save picture: ${title}`);
    this.schedule();
  }

  schedule() {
    if (this.visible === false) whenIdle(() => this.draw());
    else this.draw();
  }

  styled() {
    const { text, border, background } = this.theme;
    const layout = structuredClone(this.chart.plot.layout);
    layout.font = { ...layout.font, color: text, family: getComputedStyle(this.root).fontFamily };
    if (layout.legend && this.root.clientWidth < 480) layout.legend.font = { ...layout.legend.font, size: 12 };
    layout.hoverlabel = { bgcolor: background, font: { color: text } };
    for (const [name, axis] of Object.entries(layout)) {
      if (/^[xy]axis\d*$/.test(name)) Object.assign(axis, { gridcolor: border, linecolor: border, tickcolor: text });
    }
    return { data: structuredClone(this.chart.plot.data), layout };
  }

  draw() {
    if (!this.stale || !this.Plotly || this.gone || !this.root.clientWidth) return;
    this.stale = false;
    const { data, layout } = this.styled();
    this.width = this.root.clientWidth;
    layout.width = this.width;
    this.Plotly.react(this.plot, data, layout, CONFIG);
    if (!this.listening) {
      this.listening = true;
      this.plot.on('plotly_click', ({ points }) => {
        const custom = points[0]?.customdata;
        if (this.chart.clickable && custom !== undefined && custom !== null) this.choose(custom);
      });
    }
    this.root.classList.toggle('clickable', Boolean(this.chart.clickable));
    this.root.dataset.drawn = this.chart.id;
  }

  fit() {
    const width = this.root.clientWidth;
    if (!width || width === this.width) return;
    if (this.stale || !this.listening) this.draw();
    else {
      this.width = width;
      this.Plotly.relayout(this.plot, { width });
    }
  }

  async save() {
    if (!this.Plotly) return;
    const { data, layout } = this.styled();
    const { clientWidth: width, clientHeight: height } = this.plot;
    layout.paper_bgcolor = this.theme.background;
    const link = document.createElement('a');
    link.href = await this.Plotly.toImage({ data, layout }, { format: 'png', width, height, scale: 2 });
    link.download = `ffbp-${this.chart.file}.png`;
    document.body.append(link);
    link.click();
    link.remove();
  }

  destroy() {
    this.gone = true;
    this.seen.disconnect();
    this.sized.disconnect();
    if (this.Plotly) this.Plotly.purge(this.plot);
    this.root.remove();
  }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let entry = charts.get(parentElement);
  if (!entry) {
    const root = document.createElement('section');
    root.className = 'ffbp-chart';
    parentElement.append(root);
    entry = { setStateValue, setTriggerValue };
    entry.chart = new Chart(root, {
      ask: () => entry.setStateValue('plotly', 'missing'),
      choose: (custom) => entry.setTriggerValue('choice', custom),
    });
    charts.set(parentElement, entry);
  }
  Object.assign(entry, { setStateValue, setTriggerValue });
  entry.chart.show(new TextDecoder().decode(data), themeOf(parentElement));
  return () => {
    const close = () => {
      entry.chart.destroy();
      if (charts.get(parentElement) === entry) charts.delete(parentElement);
    };
    if (parentElement.isConnected && entry.chart.root.isConnected) {
      setTimeout(() => { if (!entry.chart.root.isConnected) close(); }, 0); // it was called again, not taken away
    } else close();
  };
}
