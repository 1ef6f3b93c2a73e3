// Carries a blob to the player that its header names: at once, and again when that player can use it.

import { element } from '../dom.js';
import { ask, follow } from '../players.js';
import { headerOf } from '../unpack.js';
import { mount } from './view.js';

const WHEN = { run: 'ready', frames: 'shown', refine: 'shown' }; // by the kind of blob, which is the command, too

class Carrier {
  constructor({ parentElement }) {
    this.root = element('span', { hidden: '' });
    parentElement.append(this.root);
  }

  show(data) {
    this.close();
    const bytes = data.slice(), { player, kind } = headerOf(bytes);
    this.unfollow = follow(player, WHEN[kind], () => ask(player, kind, bytes));
    ask(player, kind, bytes);
  }

  close() {
    this.unfollow?.();
  }
}

export default mount(Carrier);
