// Colours as numbers, scales of 256 colours, and the colours of the page.

export function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

export const mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));
export const pack = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r;

// A scale from low through middle to high.
export function ramp(low, middle, high) {
  const [a, b, c] = [rgb(low), rgb(middle), rgb(high)];
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const t = i / 127.5 - 1;
    return pack(t < 0 ? mix(b, a, -t) : mix(b, c, t));
  });
}

// A scale from the background to a colour.
export function shades(ground, colour) {
  const [a, b] = [rgb(ground), rgb(colour)];
  return Uint32Array.from({ length: 256 }, (_, i) => pack(mix(a, b, i / 255)));
}

// The scales of a run's maps: one diverging scale, and one per class.
export function scalesOf({ classes, middle }, theme) {
  const ground = middle[theme.dark ? 'dark' : 'light'];
  return { signed: ramp(classes[0], ground, classes[1]), classes: classes.map((colour) => shades(ground, colour)) };
}

const darkness = new Map();

function isDark(colour) {
  if (!darkness.has(colour)) {
    const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    darkness.set(colour, 0.3 * r + 0.6 * g + 0.1 * b < 128);
  }
  return darkness.get(colour);
}

// The colours of Streamlit's theme at an element.
export function themeOf(node) {
  const style = getComputedStyle(node);
  const value = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = value('--st-background-color', '#ffffff');
  const dark = isDark(background);
  return {
    dark, background,
    text: value('--st-text-color', dark ? '#fafafa' : '#202020'),
    primary: value('--st-primary-color', '#2f6fb3'),
    panel: value('--st-secondary-background-color', dark ? '#262730' : '#f2f3f5'),
    border: dark ? '#3c404a' : '#d5d8de',
  };
}
