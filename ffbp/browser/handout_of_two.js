// Starts the comparison of the two runs that a file contains.

import { Comparison } from './comparison.js';
import { bytesOf, frameInAddress, open, setAddress, settings } from './embedded.js';

const KEYS = { epoch: 'frame', loss: 'loss' }; // by what both are shown -> the address's key of the clock's position

await open(async (root, page) => {
  const { frame, refined, by, link, ...options } = settings;
  let ready = false;
  const comparison = new Comparison(root, {
    ...page, ...options,
    link: () => link,
    onRest: () => { if (ready) setAddress(`#${KEYS[comparison.timeline.by.value]}=${comparison.clock.frame}`); },
  });
  for (const side of comparison.sides) await side.show(bytesOf(`run-${side.options.id}`));
  await comparison.show(bytesOf('run-pair'));
  comparison.jump(frame);
  if (by === 'loss') comparison.compareBy(by, refined);
  for (const [i, side] of comparison.sides.entries()) {
    if (side.frame === refined[i]) await side.refine(bytesOf(`refinement-${side.options.id}`));
  }
  const follow = () => {
    for (const [what, key] of Object.entries(KEYS)) {
      const position = frameInAddress(key);
      if (position === null) continue;
      comparison.compareBy(what);
      comparison.clock.jump(position);
    }
  };
  follow();
  ready = true;
  window.addEventListener('hashchange', follow);
  return comparison;
});
