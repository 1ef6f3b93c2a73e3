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

// What stands in a box as one canvas: canvases, grounds, marks and words, each where the page has it.
function pictureOf(box) {
  const scale = 2, area = box.getBoundingClientRect();
  const foot = box.querySelector('.foot');
  const height = foot.getBoundingClientRect().top - area.top;
  const canvas = element('canvas', { width: Math.ceil(box.scrollWidth * scale), height: Math.ceil(height * scale) });
  const pen = canvas.getContext('2d');
  pen.scale(scale, scale);
  pen.imageSmoothingEnabled = false;
  pen.textBaseline = 'middle';
  pen.fillStyle = getComputedStyle(box).getPropertyValue('--st-background-color').trim() || '#ffffff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const [left, top] = [area.left - box.scrollLeft, area.top];
  for (const node of box.querySelectorAll('*')) {
    if (foot.contains(node)) continue;
    const { x, y, width, height } = node.getBoundingClientRect(), style = getComputedStyle(node);
    const at = [x - left, y - top, width, height];
    pen.globalAlpha = +style.opacity;
    if (node instanceof HTMLCanvasElement) {
      pen.drawImage(node, ...at);
      pen.strokeStyle = style.outlineColor;
      pen.lineWidth = 1;
      pen.strokeRect(...at);
      continue;
    }
    pen.fillStyle = style.backgroundColor;
    pen.fillRect(...at);
    if (node.matches('[aria-checked=true], [aria-pressed=true]')) {
      pen.strokeStyle = style.borderTopColor;
      pen.lineWidth = 2;
      pen.strokeRect(at[0] + 1, at[1] + 1, width - 2, height - 2);
    }
    pen.fillStyle = style.color;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    for (const text of node.childNodes) {
      if (text.nodeType !== Node.TEXT_NODE) continue;
      for (const word of text.data.matchAll(/\S+/g)) { // word by word: a line may be broken anywhere
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const place = range.getBoundingClientRect();
        pen.fillText(word[0], place.x - left, place.y - top + place.height / 2);
      }
    }
  }
  return canvas;
}

// What stands below a picture: a place for words, and the button that saves what stands above it.
function footOf(view, name, ...children) {
  const save = () => {
    const moment = view.run.n_frames > 1 ? `-frame-${view.box.dataset.frame}` : '';
    const file = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60);
    element('a', { download: `ffbp-${file}${moment}.png`, href: pictureOf(view.box).toDataURL('image/png') }).click();
  };
  const button = element('button', { type: 'button', class: 'save', title: 'Save picture', 'aria-label': `Save picture: ${name}`, onclick: save }, icon('save'));
  return element('div', { class: 'foot' }, ...children, button);
}
