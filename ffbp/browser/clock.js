// The position on the timeline: it plays, jumps, handles the keys and calls its players. Several players can share it.
//
// A clock counts the frames of the run with the most epochs. A player of another run shows the frame nearest in epochs.
// A player has a `box`, moved() for a new position, changed() for a change of playing, speed or pace, want(), by which
// it asks for the frames that it does not have yet, and rested(), which is called when the position has stayed the same
// for a while. Until every player is `complete`, a clock that plays goes no further than to the end of its frame.

const REST = 120; // milliseconds
const BASE = 81; // of the logarithmic time: half of the playing shows a tenth of the epochs, (√81 - 1) / (81 - 1)
const TAKES_KEYS = [
  'input', 'textarea', 'select', 'a', 'summary', 'canvas[tabindex]', '[contenteditable]',
  ...['application', 'slider', 'combobox', 'listbox', 'option', 'dialog', 'tab', 'radio', 'grid', 'menu']
    .map((role) => `[role=${role}]`),
].join(', ');

function nearest(epochs, epoch) {
  let best = 0;
  for (let i = 0; i < epochs.length; i++) if (Math.abs(epochs[i] - epoch) < Math.abs(epochs[best] - epoch)) best = i;
  return best;
}

// The position, in frames, of an epoch between the frames' epochs, and back.
function positionAt(epochs, epoch) {
  let i = 0;
  while (i + 2 < epochs.length && epochs[i + 1] <= epoch) i++;
  return i + (epoch - epochs[i]) / (epochs[i + 1] - epochs[i]);
}

function epochAt(epochs, position) {
  const i = Math.min(Math.floor(position), epochs.length - 2);
  return epochs[i] + (position - i) * (epochs[i + 1] - epochs[i]);
}

// The share of the playing that has passed at a position, and back. With the pace 'log', early epochs take longer, so
// that the fall of the loss is seen; with 'even', all recorded epochs take as long.
const PACES = {
  log: {
    shareAt(epochs, position) {
      const [first, last] = [epochs[0], epochs[epochs.length - 1]];
      return Math.log(1 + (BASE - 1) * (epochAt(epochs, position) - first) / (last - first)) / Math.log(BASE);
    },
    positionAt(epochs, share) {
      const [first, last] = [epochs[0], epochs[epochs.length - 1]];
      return positionAt(epochs, first + (last - first) * (BASE ** share - 1) / (BASE - 1));
    },
  },
  even: {
    shareAt: (epochs, position) => position / (epochs.length - 1),
    positionAt: (epochs, share) => share * (epochs.length - 1),
  },
};

export class Clock {
  constructor() {
    this.players = new Map(); // player -> epochs of its run's frames
    this.epochs = null;
    this.position = 0;
    this.playing = false;
    this.speed = 1;
    this.pace = 'log';
    this.hear = (event) => this.key(event);
  }

  // A player shows a new run. Unless a frame is given, the clock stays at the end, at the start, or near its epoch.
  load(player, epochs, frame = null) {
    if (!this.players.size) document.addEventListener('keydown', this.hear);
    const { epochs: before, frame: shown, last } = this;
    this.players.set(player, epochs);
    this.count();
    if (frame !== null) this.position = frame;
    else if (!before || (shown === last && !this.playing)) this.position = this.last;
    else if (this.playing || shown === 0) this.position = 0;
    else this.position = nearest(this.epochs, before[shown]);
    this.position = Math.min(Math.max(this.position, 0), this.last);
  }

  leave(player) {
    this.players.delete(player);
    if (this.players.size) return this.count();
    document.removeEventListener('keydown', this.hear);
    this.pause();
    clearTimeout(this.resting);
    this.epochs = null;
  }

  count() {
    const end = (epochs) => epochs[epochs.length - 1];
    this.epochs = [...this.players.values()].reduce((most, epochs) => (end(epochs) > end(most) ? epochs : most));
    this.position = Math.min(this.position, this.last);
  }

  get last() {
    return this.epochs ? this.epochs.length - 1 : 0;
  }

  get frame() {
    return Math.floor(this.position);
  }

  // Clock's frame -> frame of a player's run, and back.
  frameOf(player) {
    const epochs = this.players.get(player);
    return epochs === this.epochs ? this.frame : nearest(epochs, this.epochs[this.frame]);
  }

  frameAt(player, frame) {
    const epochs = this.players.get(player);
    return epochs === this.epochs ? frame : nearest(this.epochs, epochs[Math.min(frame, epochs.length - 1)]);
  }

  // Whether every player has all frames.
  get complete() {
    return [...this.players.keys()].every((player) => player.complete);
  }

  tell(what) {
    for (const player of this.players.keys()) player[what]();
  }

  go(position) {
    if (!this.epochs) return;
    this.position = Math.min(Math.max(position, 0), this.last);
    this.tell('moved');
  }

  jump(position) {
    this.pause();
    this.go(position);
    this.rest();
  }

  toggle() {
    if (this.playing) {
      this.pause();
      this.rest();
    } else this.play();
  }

  play() {
    if (!this.epochs || this.playing) return;
    if (this.frame >= this.last) this.position = 0;
    this.playing = true;
    this.tell('changed');
    this.tell('want');
    this.go(this.position);
    let before = performance.now(); // may be later than the time of the first animation frame
    const step = (now) => {
      if (!this.playing) return;
      const seconds = Math.min(Math.max(now - before, 0) / 1000, 0.25);
      before = now;
      this.advance(seconds, this.complete ? this.last : this.frame + 0.999);
      if (this.frame >= this.last) this.toggle();
      else this.request = requestAnimationFrame(step);
    };
    this.request = requestAnimationFrame(step);
  }

  // Play on for some seconds, but not beyond a position. All frames take as long as with the usual rate, at any pace.
  advance(seconds, most = this.last) {
    const { epochs, last, pace, position } = this;
    if (!last) return;
    const rate = Math.min(60, Math.max(3, (last + 1) / 4)) * this.speed;
    const share = Math.min(PACES[pace].shareAt(epochs, position) + (seconds * rate) / last, 1);
    const next = Math.min(share < 1 ? PACES[pace].positionAt(epochs, share) : last, most);
    if (Math.floor(next) === this.frame) this.position = next;
    else this.go(next);
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.request);
    this.tell('changed');
  }

  setSpeed(speed) {
    this.speed = speed;
    this.tell('changed');
  }

  setPace(pace) {
    this.pace = pace;
    this.tell('changed');
  }

  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { if (!this.playing) this.tell('rested'); }, REST);
  }

  // Keys control the player that has the focus, or the document's first player if none has it.
  key(event) {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || !this.epochs) return;
    const inside = target instanceof Element ? target : document.body;
    if (inside.closest(TAKES_KEYS) || (event.key === ' ' && inside.closest('button'))) return;
    const box = inside.closest('.ffbp') ?? document.querySelector('.ffbp');
    if (![...this.players.keys()].some((player) => player.box === box)) return;
    const actions = {
      ' ': () => this.toggle(), Home: () => this.jump(0), End: () => this.jump(Infinity),
      ArrowLeft: () => this.jump(this.frame - 1), ArrowRight: () => this.jump(this.frame + 1),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }
}
