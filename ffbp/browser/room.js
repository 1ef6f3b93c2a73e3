// The room that a player's panels get: panels of one size, on a wide screen a large square boundary beside the others,
// or one panel alone. Letters and lines grow with their panel.

const [SMALLEST, LARGEST] = [13, 24]; // letters in pixels
const LOW = 190, HIGH = 460, SMALL = 300, GAP = 8; // heights of panels
const WIDE = 1250, TALL = 600; // from which the boundary is a large square

// The arrangement ('rows', 'square' or 'full') and the height of a panel. room: the height that the page leaves.
export function arrangement({ width, room, small, names, full }) {
  const alone = small ? Math.min(window.innerHeight - 70, 1.25 * width) : room;
  if (full) return { kind: 'full', height: Math.max(alone, SMALL) };
  if (small || names.length < 3) return { kind: 'rows', height: SMALL };
  if (width >= WIDE && room >= TALL && names.length === 4) {
    const side = Math.min(room, Math.round(0.6 * width));
    return { kind: 'square', height: Math.round((side - 2 * GAP) / 3), side };
  }
  return { kind: 'rows', height: Math.min(Math.max((room - GAP) / 2, LOW), HIGH) };
}

// The size of a panel's letters.
export function letterOf({ clientWidth: width, clientHeight: height }) {
  return Math.round(Math.min(Math.max(Math.min(0.065 * height, 0.03 * width), SMALLEST), LARGEST));
}

// The width of a line; thick ones are 3 pixels on a large screen.
export function lineWidth(width) {
  return window.innerWidth > 1600 && width >= 2 ? Math.max(width, 3) : width;
}
