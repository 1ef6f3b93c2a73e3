// What a file that plays offline contains, as elements of its page: settings, blobs and Plotly; and the page's colours.

const contentOf = (id) => document.getElementById(id).textContent;

export const bytesOf = (id) => Uint8Array.from(atob(contentOf(id)), (c) => c.charCodeAt(0));

export const settings = JSON.parse(contentOf('settings'));

const scheme = window.matchMedia('(prefers-color-scheme: dark)');

function theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--ffbp-${name}`).trim();
  const names = ['background', 'text', 'panel', 'border', 'primary'];
  return { dark: scheme.matches, ...Object.fromEntries(names.map((name) => [name, value(name)])) };
}

async function loadPlotly() {
  if (!document.getElementById('plotly')) return null; // no panel of this file is a chart
  const stream = new Blob([bytesOf('plotly')]).stream().pipeThrough(new DecompressionStream('deflate'));
  const script = document.createElement('script');
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  return window.Plotly;
}

// Start the page's player: start(root, {Plotly, theme}) returns it.
export async function open(start) {
  const root = document.getElementById('player');
  try {
    const player = await start(root, { Plotly: await loadPlotly(), theme: theme() });
    scheme.addEventListener('change', () => player.setTheme(theme()));
  } catch (error) {
    root.textContent = `This browser cannot show the run (${error.message}). A browser of 2023 or later can.`;
    throw error;
  }
}

// The frame that the address names after a key and "=", null if it names none.
export function frameInAddress(key = 'frame') {
  const found = new RegExp(`^#${key}=(\\d{1,5})$`).exec(window.location.hash);
  return found ? +found[1] : null;
}

export const setAddress = (hash) => history.replaceState(null, '', hash);
