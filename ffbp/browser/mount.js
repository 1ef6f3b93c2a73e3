// Mounts the player in a Streamlit component: follows the theme, reports the frame at rest.

const mounted = new WeakMap();
const ACTIONS = ['click', 'keydown', 'input'];
const SINGLE = 300; // milliseconds of quiet before a step that is not part of a longer move

function report(entry, frame) {
  const at = performance.now(), { id } = entry.player.run;
  const last = entry.reported;
  if (last && last.run === id && last.frame === frame && at - last.at < SINGLE) return;
  entry.reported = { run: id, frame, at, adopted: entry.player.adopted ?? null };
  entry.setStateValue('rest', entry.reported);
}

// A single step is reported at once, so that the page's numbers follow the picture; a longer move when it comes to rest.
function reportStep(entry) {
  const { player } = entry;
  if (!player || !player.run || player.playing) return;
  const { frame, run } = player;
  setTimeout(() => {
    if (player.destroyed || player.playing || player.run !== run || player.frame === frame) return;
    const at = performance.now();
    if (at - (entry.moved ?? -SINGLE) > SINGLE) report(entry, player.frame);
    entry.moved = at;
  }, 0);
}

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
        onRest: (frame) => report(entry, frame),
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
    entry.act = () => reportStep(entry);
    for (const type of ACTIONS) document.addEventListener(type, entry.act, true);
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
    for (const type of ACTIONS) document.removeEventListener(type, entry.act, true);
    if (entry.player) entry.player.destroy();
    mounted.delete(parentElement);
  }
}
