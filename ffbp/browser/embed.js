// Starts the player of a file that another page shows in a frame: the chosen panels fill it, and the page around it is
// told how high the frame should be.

import { bytesOf, frameInAddress, open, settings } from './embedded.js';
import { tellHeight } from './framed.js';
import { Player } from './player.js';

const footer = document.querySelector('footer');

// The height that was chosen; where panels stand below each other, as on a phone, what they need.
const heightFor = (player) => (player.small ? document.body.offsetHeight : settings.height);

await open(async (root, page) => {
  const { player: id, panels, help, frame, refined } = settings;
  const player = new Player(root, {
    ...page, id, panels, help, frame: frameInAddress() ?? frame, fills: true,
    below: () => footer.offsetHeight,
  });
  await player.show(bytesOf('run'));
  if (window.parent !== window) tellHeight(document.body, () => heightFor(player));
  for (const measured of ['steps', 'stability']) {
    if (document.getElementById(measured)) await player.take(bytesOf(measured));
  }
  if (player.frame === refined) await player.refine(bytesOf('refinement'));
  return player;
});
