// Presenting: timeline, numbers and panels alone in the window, with letters for the last row, and keys of their own.

import { element } from './dom.js';
import { tellHeight } from './framed.js';
import { isTaken } from './keys.js';
import { leastLetter } from './room.js';

const BY_KEY = ['network', 'boundary', 'loss', 'gradients']; // in the order of the keys 1 to 4
const USUAL_PAIR = 'network-boundary';
const BESIDE = 2; // panels beside each other
const FRAMED = 14; // the smallest letters in a frame of another page, in pixels
const PADDING = 8; // above and below the player, in pixels
const NOTE_TIME = 2500; // milliseconds

export class Presenter {
  constructor(player) {
    this.player = player;
    this.on = false;
    this.blank = element('div', { class: 'blank', hidden: '', onclick: () => this.show() });
    this.words = element('p', { class: 'note', role: 'status', hidden: '' });
    this.parts = [this.blank, this.words];
    player.root.addEventListener('click', (event) => this.free(event));
    for (const type of ['pointermove', 'pointerdown']) player.root.addEventListener(type, (event) => this.wake(event));
  }

  // Whether the player can be presented: on a page that keeps it in the address, with several panels.
  get possible() {
    const { onPanel, panels } = this.player.options;
    return Boolean(onPanel) && panels.length > 1;
  }

  get least() {
    if (!this.on) return 0;
    return this.player.options.framed ? FRAMED : leastLetter(window.innerHeight);
  }

  // Begin or end as the address says.
  async set(on) {
    if (on === this.on || (on && !this.possible)) return;
    this.on = on;
    const { player, player: { root, box, timeline } } = this;
    root.classList.toggle('ffbp-presented', on);
    document.body.classList.toggle('ffbp-presenting', on); // :has() would restyle the page at each of its changes
    this.frame(on);
    timeline.showPresenting(on);
    if (on) {
      this.still();
      box.focus({ preventScroll: true });
    } else {
      this.show();
      if (box.contains(document.activeElement)) timeline.present.focus({ preventScroll: true });
    }
    await player.redraw();
  }

  // In a frame of another page, tell that page the height: on a phone what the panels need, else the height at first.
  frame(on) {
    const { player, player: { root, box, options: { framed } } } = this;
    root.classList.toggle('framed', Boolean(on && framed));
    this.framed?.disconnect();
    this.first ??= window.innerHeight;
    const needed = () => (player.small ? box.offsetHeight + PADDING : this.first);
    this.framed = on && framed ? tellHeight(box, needed) : null;
  }

  // A mouse that rests points at nothing until it moves: the panels came to lie under it.
  still() {
    this.player.root.classList.toggle('still', this.on && window.matchMedia('(hover: hover)').matches);
  }

  wake({ type, movementX, movementY }) {
    if (type === 'pointerdown' || movementX || movementY) this.player.root.classList.remove('still');
  }

  // Begin, with two panels unless some are chosen, or end, with all panels.
  async toggle() {
    const { player } = this, on = !this.on;
    player.full = on ? player.full ?? USUAL_PAIR : null;
    await this.set(on);
    player.options.onPanel(player.full, on);
  }

  // Once a button was clicked, keys control the player again.
  free({ detail, target }) {
    if (this.on && detail && target.closest('button')) this.player.box.focus({ preventScroll: true });
  }

  // Show a panel beside the latest one, or hide it.
  async choose(name) {
    const { player } = this, shown = player.full?.split('-') ?? [];
    const names = shown.includes(name) ? shown.filter((one) => one !== name) : [...shown, name].slice(-BESIDE);
    await this.all(names.join('-') || null);
  }

  async all(full = null) {
    const { player } = this;
    await player.enlarge(full);
    player.options.onPanel(player.full, this.on);
  }

  keep() {
    const { player } = this;
    player.keep();
    this.note(player.kept.has(player.run) ? 'This run is kept.' : 'This run is no longer kept.');
  }

  swap() {
    const { player, player: { kept, run, theme, options } } = this;
    const other = run && kept.swap(run, theme);
    if (other) options.onSwap(other.id);
    else this.note('No other run is kept. K keeps this one.');
  }

  // Hide everything behind black, or show it again.
  show(visible = true) {
    this.blank.hidden = visible;
  }

  note(text) {
    clearTimeout(this.noted);
    Object.assign(this.words, { textContent: text, hidden: false });
    this.noted = setTimeout(() => { this.words.hidden = true; }, NOTE_TIME);
  }

  // Whether a key was one of these; the player calls this for the keys that are its own.
  key(event) {
    if (!this.on || isTaken(event)) return false;
    const actions = {
      0: () => this.all(), k: () => this.keep(), x: () => this.swap(), b: () => this.show(!this.blank.hidden),
      escape: () => (this.blank.hidden ? this.toggle() : this.show()),
      ...Object.fromEntries(BY_KEY.map((name, i) => [i + 1, () => this.choose(name)])),
    };
    const action = actions[event.key.toLowerCase()];
    if (!action || event.defaultPrevented) return false;
    event.preventDefault();
    if (!event.repeat) action();
    return true;
  }
}
