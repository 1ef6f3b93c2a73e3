// Hands a finer map to the player that its header names: now, and again when that player shows a run.

import { ask, follow } from '../players.js';
import { headerOf } from '../unpack.js';

export default function ({ data }) {
  const bytes = data.slice();
  const { player } = headerOf(bytes);
  const send = () => ask(player, 'refine', bytes);
  send();
  return follow(player, 'shown', send);
}
