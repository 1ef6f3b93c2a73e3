// Marks that walk along paths in a chart, each at the frame that a player shows.

import { element } from '../dom.js';
import { follow, frameOf } from '../players.js';

// Plotly sends long arrays of numbers as bytes.
const numbers = ({ bdata }) => new Float64Array(Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0)).buffer);

export class Walk {
  constructor(root) {
    this.box = element('div', { class: 'walk', 'aria-hidden': 'true' });
    root.append(this.box);
  }

  // walk: {player, paths: [{x, y, colour, name}]}, a place a frame; layout: Plotly's full layout of the drawn chart.
  show(walk, layout) {
    this.close();
    this.box.hidden = !walk;
    if (!walk) return;
    this.layout = layout;
    this.paths = walk.paths.map(({ x, y, colour, name }) => ({
      x: x.bdata ? numbers(x) : x, y: y.bdata ? numbers(y) : y,
      mark: element('span', { text: name, style: `--mark: ${colour}` }),
    }));
    this.box.replaceChildren(...this.paths.map(({ mark }) => mark));
    this.unfollow = follow(walk.player, 'frame', (frame) => this.paint(frame));
    this.paint(frameOf(walk.player, this.paths[0].x.length - 1));
  }

  paint(frame) {
    const { xaxis, yaxis } = this.layout;
    for (const { x, y, mark } of this.paths) {
      const k = Math.min(frame, x.length - 1);
      const at = [xaxis._offset + xaxis.d2p(x[k]), yaxis._offset + yaxis.d2p(y[k])];
      mark.hidden = !at.every(Number.isFinite);
      mark.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
    }
  }

  close() {
    this.unfollow?.();
    this.unfollow = null;
  }
}
