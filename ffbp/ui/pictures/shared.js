// What the pictures have in common. Before this stand the player's own helpers (unpack, formatNumber, element, ...).

function isDark(node) {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  probe.fillStyle = getComputedStyle(node).getPropertyValue('--st-background-color').trim() || '#ffffff';
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}

function playersFrame(last) {
  const box = document.querySelector('.ffbp[data-frame]');
  return box ? Math.min(+box.dataset.frame, last) : last;
}

function ramp(low, middle, high) {
  const [a, b, c] = [rgb(low), rgb(middle), rgb(high)];
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const t = i / 127.5 - 1;
    return pack(t < 0 ? mix(b, a, -t) : mix(b, c, t));
  });
}

// Whether the same bytes came again: their number and a hash (FNV-1a).
function markOf(bytes) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return `${bytes.length}:${hash >>> 0}`;
}

const views = new WeakMap();

// One view an element, kept while Streamlit renders anew, closed when its element is gone.
function mount(View, { data, parentElement, setTriggerValue, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new View(parentElement);
    views.set(parentElement, view);
  }
  view.trigger = setTriggerValue;
  view.state = setStateValue;
  view.show(data);
  return () => setTimeout(() => {
    if (view.box.isConnected) return;
    view.close();
    views.delete(parentElement);
  }, 0);
}

// Arrow keys among the items of a grid with a number of columns: the index to go to, or null.
function stepped(key, at, columns, count) {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : to >= 0 && to < count ? to : at;
}
