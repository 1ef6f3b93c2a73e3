// Colours as numbers, and scales of 256 colours.

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
