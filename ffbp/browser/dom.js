// Elements, icons, and pictures to save.

const SVG = 'http://www.w3.org/2000/svg';

// An element. `text` is its content, `onclick` and the like are listeners; null and undefined omit an attribute.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') node.textContent = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Icons are drawn, because not every machine has a font with these signs. Paths in a square of 16 units.
const TRIANGLE = 'M8 1l7 13H1zM7.2 5.5v4.5h1.6V5.5zM7.2 11.2v1.5h1.6v-1.5z';
const ICONS = {
  first: 'M3 3h2v10H3zM13 3v10L6 8z', back: 'M10.5 2.5v11L4 8z', play: 'M4 2v12l9-6z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z', forward: 'M5.5 2.5v11L12 8z', last: 'M11 3h2v10h-2zM3 3v10l7-5z',
  save: 'M7 2h2v6h3l-4 4-4-4h3zM3 13h10v1.5H3z',
  keys: 'M1 3h14v10H1zM2.2 4.2v7.6h11.6V4.2zM3.5 5.5h1.6v1.6H3.5zM6 5.5h1.6v1.6H6zM8.4 5.5H10v1.6H8.4z'
    + 'M10.9 5.5h1.6v1.6h-1.6zM4.5 9h7v1.5h-7z',
  error: TRIANGLE, warning: TRIANGLE,
  info: 'M8 1a7 7 0 110 14A7 7 0 018 1zM7.2 4v1.6h1.6V4zM7.2 7v5h1.6V7z',
  gallery: 'M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z',
  order: 'M2 2.5h2.5V5H2zM6 3h8v1.5H6zM2 6.8h2.5v2.5H2zM6 7.3h8v1.5H6zM2 11h2.5v2.5H2zM6 11.5h8V13H6z',
  hint: 'M8 1a5 5 0 00-3 9v2h6v-2a5 5 0 00-3-9zM5.5 13h5v2h-5z',
};

export function icon(name) {
  const options = { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', fill: 'currentColor' };
  return svg('svg', options, svg('path', { d: ICONS[name], 'fill-rule': 'evenodd' }));
}

export function saveButton(title, save) {
  const label = `Save picture: ${title}`;
  const options = { type: 'button', class: 'save', title: 'Save picture', 'aria-label': label, onclick: save };
  return element('button', options, icon('save'));
}

export function download(name, href) {
  const link = element('a', { download: name, href });
  document.body.append(link);
  link.click();
  link.remove();
}

// A canvas for a picture at twice its size on the screen, filled with the background, and its drawing context.
export function sheet(width, height, ground) {
  const canvas = element('canvas', { width: Math.ceil(2 * width), height: Math.ceil(2 * height) });
  const context = canvas.getContext('2d');
  context.scale(2, 2);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  return [canvas, context];
}

// A picture with words above it, as one canvas; the picture itself where there are none.
export function withBanner(picture, words, ground) {
  if (!words) return picture;
  const high = 26, [canvas, context] = sheet(picture.width / 2, picture.height / 2 + high, ground);
  context.fillStyle = '#b3261e';
  context.fillRect(0, 0, canvas.width / 2, high);
  context.fillStyle = '#ffffff';
  context.font = 'bold 13px sans-serif';
  context.textBaseline = 'middle';
  context.fillText(words, 8, high / 2, canvas.width / 2 - 16);
  context.drawImage(picture, 0, high, picture.width / 2, picture.height / 2);
  return canvas;
}
