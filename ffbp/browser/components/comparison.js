// Two runs side by side as a Streamlit component. Its options come with the data. It reports the frames at rest, and
// that all frames are wanted.

import { Comparison } from '../comparison.js';
import { announce } from '../players.js';
import { findPlotly } from './plotly.js';
import { mount, whenScriptRests } from './view.js';

const scrollTop = () => document.querySelector('[data-testid="stMain"]')?.scrollTop ?? window.scrollY;

class MountedComparison {
  constructor({ parentElement }) {
    this.root = document.createElement('div');
    parentElement.append(this.root);
  }

  async show(data, theme) {
    this.ready ??= this.start(JSON.parse(new TextDecoder().decode(data)), theme);
    const pair = await this.ready;
    if (pair && !this.closed) pair.setTheme(theme);
  }

  async start(options, theme) {
    const Plotly = await findPlotly().catch(() => null);
    if (this.closed) return null;
    if (!Plotly) {
      this.root.textContent = 'The charts could not be loaded. Check the connection, then reload the page.';
      return null;
    }
    this.pair = new Comparison(this.root, {
      ...options, Plotly, theme, scrollTop,
      onRest: () => whenScriptRests(this, () => this.report()),
      onFrames: () => whenScriptRests(this, () => this.tell('want', {})),
    });
    for (const player of [this.pair, ...this.pair.sides]) announce(player.box, 'ready');
    return this.pair;
  }

  tell(event, detail) {
    const { pair: { run } } = this;
    if (run) this.component.setStateValue(event, { run: run.id, ...detail, at: performance.now() });
  }

  report() {
    const { pair: { moments, clock: { byLoss }, sides: [a] } } = this;
    if (!moments) return;
    const [frame, other] = moments.map((moment) => moment.frame);
    this.tell('rest', { frame, other, by: byLoss ? 'loss' : 'epoch', adopted: a.adopted ?? null });
  }

  close() {
    this.closed = true;
    this.pair?.destroy();
  }
}

export default mount(MountedComparison);
