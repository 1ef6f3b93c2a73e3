// Starts the player of a handout with the run that the file contains.

import { bytesOf, frameInAddress, open, setAddress, settings } from './embedded.js';
import { Player } from './player.js';

await open(async (root, page) => {
  const { player: id, panels, help, link } = settings;
  const player = new Player(root, {
    ...page, id, panels, help, frame: frameInAddress() ?? settings.frame,
    link: () => link,
    onRest: (frame, last) => setAddress(frame === last ? '#' : `#frame=${frame}`),
  });
  await player.show(bytesOf('run'));
  for (const measured of ['steps', 'stability']) await player.take(bytesOf(measured));
  if (player.frame === settings.refined) await player.refine(bytesOf('refinement'));
  window.addEventListener('hashchange', () => {
    const frame = frameInAddress();
    if (frame !== null) player.jump(frame);
  });
  return player;
});
