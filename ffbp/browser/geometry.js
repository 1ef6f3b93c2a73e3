// Where a diagram of a network draws its units and edges: layers as columns from left to right, edges as curves.

export const HEADER = 18, FOOTER = 18; // pixels above and below the units

// The units {l, i, x, y, wide, side} of layers with so many units each. size: of the letters above and below them.
export function placed(counts, { width, height, left, right, wide, side, size = 1 }) {
  const room = height - (HEADER + FOOTER) * size;
  return counts.flatMap((count, l) => {
    const x = left + ((width - left - right - wide) * l) / Math.max(counts.length - 1, 1);
    const gap = Math.min(room / count, side * 1.9);
    return Array.from({ length: count }, (_, i) => {
      const y = HEADER * size + room / 2 + (i - (count - 1) / 2) * gap - side / 2;
      return { l, i, x, y, wide, side };
    });
  });
}

// Where the edge from one unit to another begins and ends. The control points of its curve are at half its width.
export function ends(from, to) {
  return [from.x + from.wide, from.y + from.side / 2, to.x, to.y + to.side / 2];
}

// The parameter t at which an edge's curve reaches the share x of its width.
function inverseBezier(x) {
  let t = x;
  for (let i = 0; i < 8; i++) {
    const value = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t;
    const slope = 1.5 * (1 - t) * (1 - t) + 1.5 * t * t;
    t = Math.min(1, Math.max(0, t - (value - x) / Math.max(slope, 0.1)));
  }
  return t;
}

// The height of an edge's curve at the share x of its width.
export function heightAt([, y1, , y2], x) {
  const t = inverseBezier(x);
  return y1 + (y2 - y1) * (3 * t * t - 2 * t * t * t);
}
