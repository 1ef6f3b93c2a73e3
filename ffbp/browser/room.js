// The room that a player's panels get: panels of one size, on a wide screen a large square boundary beside the others,
// or one or two panels alone. Letters and lines grow with their panel.

const [SMALLEST, LARGEST] = [13, 24]; // letters in pixels
const LOW = 190, HIGH = 460, SMALL = 300, GAP = 8; // heights of panels
const LAST_ROW = [24 / 1080, 17]; // the smallest letters when presenting: a share of the window's height, and pixels
const WIDE = 1250, TALL = 600; // from which the boundary is a large square

// The arrangement ('rows', 'square' or 'full') and the height of a panel. room: the height that the page leaves. full:
// the panels that are shown without the others. presents: whether the window has nothing else. fills: whether one or
// two panels take all of the room even if there are no others.
export function arrangement({ width, room, small, names, full, presents, fills }) {
  const alone = small ? Math.min(window.innerHeight - 70, 1.25 * width) : room;
  const filled = full || (fills && names.length < 3);
  if (filled) return { kind: 'full', height: Math.max(alone, fills ? LOW : SMALL) };
  if (small || names.length < 3) return { kind: 'rows', height: SMALL };
  if (presents) return { kind: 'rows', height: Math.max((room - GAP) / 2, LOW) };
  if (width >= WIDE && room >= TALL && names.length === 4) {
    const side = Math.min(room, Math.round(0.6 * width));
    return { kind: 'square', height: Math.round((side - 2 * GAP) / 3), side };
  }
  return { kind: 'rows', height: Math.min(Math.max((room - GAP) / 2, LOW), HIGH) };
}

// The smallest letters that can be read from the last row of a lecture hall, in a window of this height.
export function leastLetter(height) {
  return Math.max(LAST_ROW[0] * height, LAST_ROW[1]);
}

// The size of a panel's letters. least: the smallest allowed.
export function letterOf({ clientWidth: width, clientHeight: height }, least) {
  const grown = Math.min(Math.max(Math.min(0.065 * height, 0.03 * width), SMALLEST), LARGEST);
  return Math.ceil(Math.max(grown, least));
}

// The width of a line; thick ones are 3 pixels on a large screen.
export function lineWidth(width) {
  return window.innerWidth > 1600 && width >= 2 ? Math.max(width, 3) : width;
}
