// A strip below a chart over epochs: for each step the colour of its kind.

import { element } from '../dom.js';
import { formatNumber } from '../numbers.js';

const THICK = 6, UNDER = 1; // pixels: of the strip, and from the axis to it

export class Strip {
  constructor(stage, region) {
    Object.assign(this, { stage, looks: [] });
    this.canvas = element('canvas', { class: 'strip', 'aria-hidden': 'true' });
    this.canvas.addEventListener('pointermove', (event) => { this.canvas.title = this.saidAt(event); });
    region.stage.append(this.canvas);
    this.show(null);
  }

  // steps: {frame, kind, alpha} of a run; null: none are known. looks: name and colour of each kind, of all runs.
  show(steps, run) {
    Object.assign(this, { steps, run, key: null });
    this.canvas.hidden = !steps;
  }

  // The strip's colours in words, as entries of a legend. They have their place before the strip is there.
  get legend() {
    return this.looks.map(({ name, colour }, i) => ({
      name: i ? name : `steps: ${name}`, mode: 'markers', marker: { symbol: 'square', color: colour },
      waits: !this.steps,
    }));
  }

  // The epochs in which step number i begins and ends.
  span(i) {
    const { steps: { frame }, run: { history: { epoch } } } = this;
    return [epoch[frame[i]], epoch[frame[i + 1]]];
  }

  // The number of the step that leaves a frame, or the measured one before it; -1 after the last.
  at(frame) {
    const { steps } = this, next = steps.frame.findIndex((measured) => measured > frame);
    return next < 0 ? -1 : next - 1;
  }

  // The step that leaves a frame in words; "" if nothing is known.
  describe(frame) {
    const i = this.steps ? this.at(frame) : -1;
    if (i < 0) return '';
    const { looks, steps: { kind, alpha } } = this;
    const value = Number.isFinite(alpha[i]) ? ` (α ${formatNumber(alpha[i])})` : '';
    return `The step from epoch ${this.span(i)[0]}: ${looks[kind[i]].name}${value}.`;
  }

  saidAt({ offsetX }) {
    const { steps, stage: { axes } } = this, x = axes.xaxis.p2l(offsetX);
    const i = steps.kind.findIndex((_, k) => x < this.span(k)[1]);
    return i < 0 ? '' : this.describe(steps.frame[i]);
  }

  // Below the axis, again only if that has moved.
  place() {
    const { canvas, looks, steps, stage, stage: { plot, axes } } = this;
    if (!steps) return;
    const { xaxis: { range }, _size: { l, t, w, h } } = axes, scale = window.devicePixelRatio || 1;
    const key = [...range, l, t, w, h, scale].join();
    if (key === this.key) return;
    this.key = key;
    Object.assign(canvas.style, {
      left: `${plot.offsetLeft + l}px`, top: `${plot.offsetTop + t + h + UNDER}px`,
      width: `${w}px`, height: `${THICK}px`,
    });
    [canvas.width, canvas.height] = [Math.round(w * scale), THICK];
    const context = canvas.getContext('2d');
    steps.kind.forEach((kind, i) => {
      const [from, to] = this.span(i).map((epoch) => Math.round(stage.toX(epoch) * scale));
      context.fillStyle = looks[kind].colour;
      context.fillRect(from, 0, Math.max(to - from, 1), THICK);
    });
  }

  // Into a picture, below the plane's box.
  paintInto(context, [left, top, width, height]) {
    if (this.steps) context.drawImage(this.canvas, left, top + height + UNDER, width, THICK);
  }
}
