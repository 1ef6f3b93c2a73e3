// The registry: a player is found in the document by its id, and what it does is heard as events that name it.

export const playerOf = (id) => document.querySelector(`.ffbp[data-player="${CSS.escape(id)}"]`);

// Ask a player for something: 'go' to {run, frame}, or 'refine' with a blob. Without that player nothing happens.
export function ask(id, type, detail) {
  playerOf(id)?.dispatchEvent(new CustomEvent(`ffbp:${type}`, { detail }));
}

// A player tells all who follow it: 'frame' with the number of the frame, or 'shown' when it shows a run.
export function announce(box, type, detail = null) {
  const event = new CustomEvent(`ffbp:${type}`, { bubbles: true, detail: { player: box.dataset.player, detail } });
  box.dispatchEvent(event);
}

// Hear what a player announces; returns the function that ends it.
export function follow(id, type, handler) {
  const hear = (event) => { if (event.detail?.player === id) handler(event.detail.detail); };
  document.addEventListener(`ffbp:${type}`, hear);
  return () => document.removeEventListener(`ffbp:${type}`, hear);
}

// The frame that a player shows, at most the last one of whoever asks.
export function frameOf(id, last) {
  const frame = playerOf(id)?.dataset.frame;
  return frame === undefined ? last : Math.min(+frame, last);
}
