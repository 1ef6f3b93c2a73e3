// Mounts the player in a Streamlit component: follows the theme, reports the frame at rest.

const mounted = new WeakMap();

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const theme = themeOf(parentElement);
  let entry = mounted.get(parentElement);
  if (!entry) {
    const root = document.createElement('div');
    parentElement.append(root);
    const fromLink = new URLSearchParams(window.location.search).get('frame');
    entry = { root, setStateValue, blob: null, frame: fromLink !== null && /^\d{1,5}$/.test(fromLink) ? +fromLink : null };
    mounted.set(parentElement, entry);
    entry.ready = findPlotly(() => entry.setStateValue('plotly', 'missing')).then((Plotly) => {
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
