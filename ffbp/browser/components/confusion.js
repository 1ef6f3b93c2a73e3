// The confusion matrix of the digits at the frame of the player that it follows. The user can choose a cell.

import { element } from '../dom.js';
import { headerOf } from '../header.js';
import { formatPercent } from '../numbers.js';
import { ConfusionMatrix } from '../panels/matrix.js';
import { follow, frameOf } from '../players.js';
import { unpack } from '../unpack.js';
import { footOf } from './picture.js';
import { mount } from './view.js';

const HEADS = { corner: '', recall: 'recall %', precision: 'prec. %' };

class Confusion {
  constructor({ parentElement }) {
    this.name = 'Confusion table';
    this.matrix = new ConfusionMatrix({
      heads: HEADS, empty: true, label: (truth, guess) => `true ${truth}, predicted ${guess}`,
      percent: (share) => formatPercent(share).replace(' %', ''),
      choose: (cell) => { this.matrix.mark(cell); this.component.setTriggerValue('chosen', cell); },
    });
    this.root = element('div', { class: 'ffbp-confusion' }, this.matrix.box, footOf(this));
    parentElement.append(this.root);
  }

  async show(data, theme) {
    this.theme = theme;
    const { id, player } = headerOf(data);
    if (id === this.id) return;
    this.id = id;
    const run = await unpack(data);
    if (id !== this.id || this.closed) return;
    this.run = run;
    const caption = `Rows: true digit. Columns: predicted digit. ${run.part} set.`;
    this.matrix.show(run, caption, `Confusion table, ${run.part.toLowerCase()} set`);
    this.matrix.mark(run.chosen ?? -1);
    this.unfollow?.();
    this.unfollow = follow(player, 'frame', (frame) => this.go(frame));
    this.go(frameOf(player, run.n_frames - 1));
    this.root.dataset.id = run.id;
  }

  go(frame) {
    this.root.dataset.frame = Math.min(frame, this.run.n_frames - 1);
    this.matrix.paint(+this.root.dataset.frame);
  }

  close() {
    this.closed = true;
    this.unfollow?.();
  }
}

export default mount(Confusion);
