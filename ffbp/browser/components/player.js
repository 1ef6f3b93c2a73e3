// The player as a Streamlit component. Its options come with the data. It reports the frame at rest and each choice.

import { Clock } from '../clock.js';
import { Player } from '../player.js';
import { announce } from '../players.js';
import { Glance } from './glance.js';
import { findPlotly } from './plotly.js';
import { mount, whenScriptRests } from './view.js';

const ACTIONS = ['click', 'keydown', 'input'];
const SINGLE = 300; // milliseconds since the last step, after which a step counts as single

const clocks = new Map(); // the clocks that players share, by name

function clockNamed(name) {
  if (!clocks.has(name)) clocks.set(name, new Clock());
  return clocks.get(name);
}

const scrollTop = () => document.querySelector('[data-testid="stMain"]')?.scrollTop ?? window.scrollY;

const inAddress = (name) => new URLSearchParams(window.location.search).get(name);

function frameOfAddress() {
  if (!window.location.search) return 0; // the front door
  const frame = inAddress('frame');
  return frame !== null && /^\d{1,5}$/.test(frame) ? +frame : null;
}

class MountedPlayer {
  constructor({ parentElement }) {
    this.root = document.createElement('div');
    parentElement.append(this.root);
    this.frame = frameOfAddress();
    this.full = inAddress('panel');
    this.presents = inAddress('present') === '1';
    this.quantity = inAddress('gradients');
    this.act = () => this.reportStep();
    for (const type of ACTIONS) document.addEventListener(type, this.act, true);
  }

  async show(data, theme) {
    this.ready ??= this.start(JSON.parse(new TextDecoder().decode(data)), theme);
    const player = await this.ready;
    if (player && !this.closed) player.setTheme(theme);
  }

  async start({ player, panels, help, editable, clock, quiet }, theme) {
    const Plotly = await findPlotly().catch(() => null);
    if (this.closed) return null;
    if (!Plotly) {
      this.root.textContent = 'The charts could not be loaded. Check the connection, then reload the page.';
      return null;
    }
    this.player = new Player(this.root, {
      id: player, panels, help, quiet, Plotly, theme, scrollTop,
      frame: this.frame, full: this.full, presents: this.presents, quantity: this.quantity,
      framed: inAddress('embed_as') === 'panels',
      clock: clock ? clockNamed(clock) : new Clock(),
      onRest: (frame) => whenScriptRests(this, () => this.rested(frame)),
      onSample: (row) => this.tell('sample', { row }),
      onPlace: (x, y) => this.tell('place', { x, y }),
      onCell: (part, truth, guess) => this.tell('cell', { part, truth, guess }),
      onUnit: (layer, unit) => this.tell('unit', this.here({ layer, unit })),
      onWeight: (layer, unit, source, value) => this.tell('weight', this.here({ layer, unit, source, value })),
      onGradient: (layer, unit, source) => this.tell('gradient', this.here({ layer, unit, source })),
      onSizes: (hidden, at) => this.tell('sizes', { hidden, at }),
      onPanel: (panel, present) => this.tell('panel', { panel: panel ?? '', present }),
      onQuantity: (key) => this.tell('quantity', { key }),
      onSwap: (kept) => this.tell('swap', { kept }),
      onEdit: editable ? (change) => this.tell('edit', change) : null,
      onBranch: (frame) => this.tell('branch', { frame }),
      onWant: () => this.ask('want'),
      onMeasure: panels.includes('gradients') ? () => this.ask('measure') : null,
    });
    if (this.player.boundary) this.glance = new Glance(this.player, player);
    announce(this.player.box, 'ready');
    return this.player;
  }

  here(detail) {
    return { ...detail, frame: this.player.frame };
  }

  tell(event, detail) {
    this.component.setStateValue(event, { run: this.player.run.id, at: performance.now(), ...detail });
  }

  ask(event) {
    whenScriptRests(this, () => this.tell(event, {}));
  }

  // The player has rested at a frame, and still does.
  rested(frame) {
    if (this.player.frame === frame && !this.player.clock.playing) this.report(frame);
  }

  report(frame) {
    const { player: { run, adopted }, reported } = this, at = performance.now();
    if (reported?.run === run.id && reported.frame === frame && at - reported.at < SINGLE) return;
    this.reported = { run: run.id, frame, at, adopted: adopted ?? null };
    this.component.setStateValue('rest', this.reported);
  }

  // Report a single step at once, so that the page's numbers follow the picture. A longer move is reported at rest.
  reportStep() {
    const { player } = this;
    if (!player?.run || player.clock.playing) return;
    const { frame, run } = player;
    setTimeout(() => {
      if (player.destroyed || player.clock.playing || player.run !== run || player.frame === frame) return;
      const at = performance.now();
      if (at - (this.moved ?? -SINGLE) > SINGLE) this.report(player.frame);
      this.moved = at;
    }, 0);
  }

  close() {
    this.closed = true;
    for (const type of ACTIONS) document.removeEventListener(type, this.act, true);
    this.glance?.destroy();
    this.player?.destroy();
  }
}

export default mount(MountedPlayer);
