// Starts the player of a handout with the run that the file contains.

import { Player } from './player.js';

const part = (id) => document.getElementById(id).textContent;
const bytesOf = (id) => Uint8Array.from(atob(part(id)), (c) => c.charCodeAt(0));
const settings = JSON.parse(part('settings'));
const root = document.getElementById('player');
const scheme = window.matchMedia('(prefers-color-scheme: dark)');

function theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--ffbp-${name}`).trim();
  const dark = scheme.matches;
  const names = ['background', 'text', 'panel', 'border', 'primary'];
  return { dark, ...Object.fromEntries(names.map((name) => [name, value(name)])) };
}

function frameInAddress() {
  const found = /^#frame=(\d{1,5})$/.exec(window.location.hash);
  return found ? +found[1] : null;
}

try {
  const stream = new Blob([bytesOf('plotly')]).stream().pipeThrough(new DecompressionStream('deflate'));
  const script = document.createElement('script');
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  const { player: id, panels, help, link } = settings;
  const player = new Player(root, {
    id, panels, help, theme: theme(), Plotly: window.Plotly, frame: frameInAddress() ?? settings.frame,
    link: () => link,
    onRest: (frame, last) => history.replaceState(null, '', frame === last ? '#' : `#frame=${frame}`),
  });
  await player.show(bytesOf('run'));
  for (const measured of ['steps', 'stability']) await player.take(bytesOf(measured));
  if (player.frame === settings.refined) await player.refine(bytesOf('refinement'));
  scheme.addEventListener('change', () => player.setTheme(theme()));
  window.addEventListener('hashchange', () => {
    const frame = frameInAddress();
    if (frame !== null) player.jump(frame);
  });
} catch (error) {
  root.textContent = `This browser cannot show the run (${error.message}). A browser of 2023 or later can.`;
  throw error;
}
