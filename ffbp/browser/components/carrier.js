// Carries a blob to the player that its header names: at once, and again when that player can use it.

import { headerOf } from '../header.js';
import { ask, follow } from '../players.js';
import { mount } from './view.js';

// By the kind of blob, which is the command, too.
const WHEN = { run: 'ready', frames: 'shown', refine: 'shown', measured: 'shown' };

class Carrier {
  constructor({ parentElement }) {
    this.root = document.createElement('span');
    this.root.hidden = true;
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
