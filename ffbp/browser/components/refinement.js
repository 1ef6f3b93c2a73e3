// Passes a finer map to the player that its header names: at once, and again whenever that player shows a run.

import { ask, follow } from '../players.js';
import { headerOf } from '../unpack.js';

const latest = new Map(); // by the player's id; kept while other pages are shown

export default function ({ data }) {
  const bytes = data.slice();
  const { player } = headerOf(bytes);
  if (!latest.has(player)) follow(player, 'shown', () => ask(player, 'refine', latest.get(player)));
  latest.set(player, bytes);
  ask(player, 'refine', bytes);
}
