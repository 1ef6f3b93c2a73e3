// A clock for two runs that can show both at the same epoch, or each when it first reached the same training loss.

import { Clock } from './clock.js';

const LEAST = 1e-12; // of a loss, because the levels are spaced evenly in its logarithm

export class PairClock extends Clock {
  constructor() {
    super();
    this.byLoss = false;
    this.sides = []; // the players of the two runs
  }

  // The losses of the timeline's positions, from the higher start to the lower minimum, and for each of them the runs'
  // first frames at which the loss is at most as high; the last frame of a run that never gets there.
  get levels() {
    const runs = this.sides.map(({ run }) => run), key = runs.map((run) => run?.id).join() + this.last;
    if (key === this.known) return this.found;
    const curves = runs.map(({ history }) => history.train_loss);
    const ends = curves.map((losses) => [losses[0], losses.reduce((least, loss) => (loss < least ? loss : least))]);
    const high = Math.max(...ends.map(([start]) => start), LEAST);
    const low = Math.min(Math.max(Math.min(...ends.map(([, least]) => least)), LEAST), high);
    const losses = Array.from({ length: this.last + 1 }, (_, i) => (
      i === this.last ? low : high * (low / high) ** (i / Math.max(this.last, 1))));
    const reached = curves.map((curve) => losses.map((level) => curve.findIndex((loss) => loss <= level)));
    this.known = key;
    this.found = { losses, reached };
    return this.found;
  }

  // The side's number if both runs are shown by their losses and it is one of them, else -1.
  sideOf(player) {
    return this.byLoss && this.sides.every(({ run }) => run) ? this.sides.indexOf(player) : -1;
  }

  // The loss of the present position.
  get level() {
    return this.levels.losses[Math.min(this.frame, this.last)];
  }

  // Whether the run has reached it.
  hasReached(side) {
    return this.levels.reached[side][this.frame] >= 0;
  }

  frameOf(player) {
    const side = this.sideOf(player);
    return side < 0 ? super.frameOf(player) : this.frameThere(side, Math.min(this.frame, this.last));
  }

  // The frame of a side at a position by loss.
  frameThere(side, position) {
    const frame = this.levels.reached[side][position];
    return frame < 0 ? this.sides[side].run.n_frames - 1 : frame;
  }

  // The first position at which the sides have these frames, or the first of them at least its own.
  positionOf(frames) {
    if (this.sides.some((side) => this.sideOf(side) < 0)) return this.frameAt(this.sides[0], frames[0]);
    for (let position = 0; position <= this.last; position++) {
      if (frames.every((frame, side) => this.frameThere(side, position) === frame)) return position;
    }
    return this.frameAt(this.sides[0], frames[0]);
  }

  frameAt(player, frame) {
    const side = this.sideOf(player);
    if (side < 0) return super.frameAt(player, frame);
    const position = this.levels.reached[side].findIndex((reached) => reached >= frame || reached < 0);
    return position < 0 ? this.last : position;
  }
}
