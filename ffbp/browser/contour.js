// Marching squares: the line along which the values of a square grid cross a level.

// The line's segments as a flat list x1, y1, x2, y2, ... in cells: the centre of values[0] is (0, 0), that of values[n]
// (0, 1). At a saddle, the four crossings are paired in the order in which they are found.
export function contour(values, n, level) {
  const segments = [];
  for (let j = 0; j + 1 < n; j++) {
    for (let i = 0; i + 1 < n; i++) {
      const a = values[j * n + i] - level, b = values[j * n + i + 1] - level;
      const c = values[(j + 1) * n + i + 1] - level, d = values[(j + 1) * n + i] - level;
      const kind = (a > 0) | ((b > 0) << 1) | ((c > 0) << 2) | ((d > 0) << 3);
      if (kind === 0 || kind === 15) continue;
      if ((a > 0) !== (b > 0)) segments.push(i + a / (a - b), j);
      if ((b > 0) !== (c > 0)) segments.push(i + 1, j + b / (b - c));
      if ((c > 0) !== (d > 0)) segments.push(i + d / (d - c), j + 1);
      if ((d > 0) !== (a > 0)) segments.push(i, j + a / (a - d));
    }
  }
  return segments;
}

// Begin a path along such segments, of a grid of n by n cells over a plane.
export function trace(context, segments, n, { x: [x0, x1], y: [y0, y1] }, { toX, toY }) {
  const px = (i) => toX(x0 + ((i + 0.5) * (x1 - x0)) / n), py = (j) => toY(y0 + ((j + 0.5) * (y1 - y0)) / n);
  context.beginPath();
  for (let k = 0; k < segments.length; k += 4) {
    context.moveTo(px(segments[k]), py(segments[k + 1]));
    context.lineTo(px(segments[k + 2]), py(segments[k + 3]));
  }
}
