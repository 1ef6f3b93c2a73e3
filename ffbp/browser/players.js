// How other components find a player by its id, control it, and follow its events.

export const playerOf = (id) => document.querySelector(`.ffbp[data-player="${CSS.escape(id)}"]`);

// Send a player a command: 'go' to {run, frame}, or 'run', 'frames', 'refine' or 'measured' with a blob. Without that
// player nothing happens.
export function ask(id, type, detail) {
  playerOf(id)?.dispatchEvent(new CustomEvent(`ffbp:${type}`, { detail }));
}

// Called by a player: tell its followers the 'frame' that it shows, that a run is 'shown', or that it is 'ready'.
export function announce(box, type, detail = null) {
  const event = new CustomEvent(`ffbp:${type}`, { bubbles: true, detail: { player: box.dataset.player, detail } });
  box.dispatchEvent(event);
}

// Call handler on each of a player's announcements of a type; returns the function that stops it.
export function follow(id, type, handler) {
  const hear = (event) => { if (event.detail?.player === id) handler(event.detail.detail); };
  document.addEventListener(`ffbp:${type}`, hear);
  return () => document.removeEventListener(`ffbp:${type}`, hear);
}

// The frame that a player shows, at most `last`; `last` without that player.
export function frameOf(id, last) {
  const frame = playerOf(id)?.dataset.frame;
  return frame === undefined ? last : Math.min(+frame, last);
}
