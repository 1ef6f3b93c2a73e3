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

const modeOf = (theme) => (theme.dark ? 'dark' : 'light');

// The scales of a run's maps: of outputs, from class 0 to class 1; of signed values; and one per class.
export function scalesOf({ classes, negative, positive, middle }, theme) {
  const ground = middle[modeOf(theme)];
  return {
    output: ramp(classes[0], ground, classes[1]), signed: ramp(negative, ground, positive),
    classes: classes.map((colour) => shades(ground, colour)),
  };
}

// The colour of a layer, which counts from 1.
export function layerColour({ ramp: colours }, theme, layer) {
  const steps = colours[modeOf(theme)];
  return steps[(layer - 1) % steps.length];
}
