// Mounts the player in a Streamlit component: finds Plotly, follows the theme, reports the frame at rest.

const mounted = new WeakMap();

async function findPlotly(setStateValue) {
  if (window.Plotly) return window.Plotly;
  const entry = [...document.scripts].map((script) => script.src).find((src) => src.includes('/static/js/'));
  if ('__PLOTLY_CHUNK__' && entry) {
    try {
      await import(entry.slice(0, entry.lastIndexOf('/') + 1) + '__PLOTLY_CHUNK__');
    } catch { /* asked for below */ }
  }
  if (!window.Plotly) setStateValue('plotly', 'missing');
  while (!window.Plotly) await new Promise((resolve) => setTimeout(resolve, 50));
  return window.Plotly;
}

function themeOf(element) {
  const style = getComputedStyle(element);
  const value = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = value('--st-background-color', '#ffffff');
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  probe.fillStyle = background;
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  const dark = 0.3 * r + 0.6 * g + 0.1 * b < 128;
  return {
    dark, background, text: value('--st-text-color', dark ? '#fafafa' : '#202020'), primary: value('--st-primary-color', '#2f6fb3'),
    panel: value('--st-secondary-background-color', dark ? '#262730' : '#f2f3f5'), border: dark ? '#3c404a' : '#d5d8de',
  };
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const theme = themeOf(parentElement);
  let entry = mounted.get(parentElement);
  if (!entry) {
    const root = document.createElement('div');
    parentElement.append(root);
    const fromLink = new URLSearchParams(window.location.search).get('frame');
    entry = { root, blob: null, frame: fromLink !== null && /^\d{1,5}$/.test(fromLink) ? +fromLink : null };
    mounted.set(parentElement, entry);
    entry.ready = findPlotly(setStateValue).then((Plotly) => {
      if (entry.gone) return null;
      entry.player = new Player(root, {
        Plotly, theme,
        onRest: (frame) => entry.setStateValue('rest', { run: entry.player.run.id, frame, at: performance.now() }),
        onSample: (row) => entry.setStateValue('sample', { run: entry.player.run.id, row, at: performance.now() }),
        onPlace: (x, y) => entry.setStateValue('place', { run: entry.player.run.id, x, y, at: performance.now() }),
        onCell: (part, truth, guess) => entry.setStateValue('cell', { run: entry.player.run.id, part, truth, guess, at: performance.now() }),
        onEdit: __EDITABLE__ ? (change) => entry.setStateValue('edit', { run: entry.player.run.id, ...change, at: performance.now() }) : null,
        panels: __PANELS__,
        scrollTop: () => document.querySelector('[data-testid="stMain"]')?.scrollTop ?? window.scrollY,
      });
      return entry.player;
    });
    entry.refine = () => { if (entry.player && entry.player.run && window.ffbpRefinement) entry.player.refine(window.ffbpRefinement); };
    window.addEventListener('ffbp:refine', entry.refine);
  }
  entry.setStateValue = setStateValue;
  for (const [name, value] of Object.entries(theme)) if (name !== 'dark') entry.root.style.setProperty(`--ffbp-${name}`, value);
  entry.ready.then(async (player) => {
    if (!player) return;
    player.setTheme(theme);
    const key = `${data.length}:${data.slice(0, 64)}:${data.slice(-64)}`;
    if (key !== entry.blob) {
      entry.blob = key;
      await player.show(data, entry.frame);
      entry.frame = null;
      entry.refine();
    }
  });
  return () => {
    if (parentElement.isConnected && entry.root.isConnected) {
      setTimeout(() => { if (!entry.root.isConnected) close(); }, 0);
      return;
    }
    close();
  };
  function close() {
    entry.gone = true;
    window.removeEventListener('ffbp:refine', entry.refine);
    if (entry.player) entry.player.destroy();
    mounted.delete(parentElement);
  }
}
