// The names of a chart's curves at their right ends, instead of a legend.

import { element } from '../dom.js';

export class Ends {
  constructor(stage, region) {
    this.stage = stage;
    this.box = element('div', { class: 'ends', 'aria-hidden': 'true' });
    region.stage.append(this.box);
  }

  // The curves to name: Plotly's traces.
  show(traces) {
    this.traces = traces;
    this.key = null;
    this.box.replaceChildren(...traces.map(({ name, line }) => {
      const label = element('span', { text: name });
      label.style.color = line.color;
      return label;
    }));
  }

  // Put each name beside its curve, with room between them; again only if the axes have moved.
  place() {
    const { stage: { plot, axes, region: { letter } }, box } = this;
    const { xaxis, yaxis, _size: { l, t, w, h } } = axes;
    const key = [...xaxis.range, ...yaxis.range, yaxis.type, w, h, letter].join();
    if (!this.traces || key === this.key) return;
    this.key = key;
    Object.assign(box.style, { left: `${plot.offsetLeft + l + w + 4}px`, top: `${plot.offsetTop + t}px` });
    const ends = this.traces.map((trace, i) => ({ i, y: this.endOf(trace, xaxis.range[1]) }));
    const seen = ends.filter(({ y }) => y > -letter && y < h + letter).sort((a, b) => a.y - b.y);
    const step = Math.min(letter * 1.15, h / seen.length);
    seen.forEach((one, k) => { if (k) one.y = Math.max(one.y, seen[k - 1].y + step); });
    [...seen].reverse().forEach((one, k, all) => { one.y = Math.min(one.y, k ? all[k - 1].y - step : h); });
    for (const label of box.children) label.hidden = true;
    for (const { i, y } of seen) {
      box.children[i].hidden = false;
      box.children[i].style.top = `${y}px`;
    }
  }

  // The height in pixels of a curve's last number in sight.
  endOf({ x, y }, end) {
    for (let i = x.length - 1; i >= 0; i--) if (x[i] <= end && Number.isFinite(y[i])) return this.stage.heightOf(y[i]);
    return NaN;
  }
}
