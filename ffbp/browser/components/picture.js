// The foot of a picture: a place for words, and the button that saves the picture above.

import { download, element, saveButton, sheet } from '../dom.js';

// A view has a `root`, `name`, `run` and `theme`.
export function footOf(view, ...children) {
  const save = () => {
    const moment = view.run.n_frames > 1 ? `-frame-${view.root.dataset.frame}` : '';
    const file = view.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60);
    download(`ffbp-${file}${moment}.png`, pictureOf(view.root, view.theme.background).toDataURL('image/png'));
  };
  return element('div', { class: 'foot' }, ...children, saveButton(view.name, save));
}

// The contents of a box on one canvas: canvases, backgrounds, marks and words, laid out as on the page.
function pictureOf(box, ground) {
  const area = box.getBoundingClientRect(), foot = box.querySelector('.foot');
  const [canvas, pen] = sheet(box.scrollWidth, foot.getBoundingClientRect().top - area.top, ground);
  pen.imageSmoothingEnabled = false;
  pen.textBaseline = 'middle';
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
    for (const text of node.childNodes) if (text.nodeType === Node.TEXT_NODE) write(pen, text, left, top);
  }
  return canvas;
}

// Write a text word by word, because the page may break its lines anywhere.
function write(pen, text, left, top) {
  for (const word of text.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    const place = range.getBoundingClientRect();
    pen.fillText(word[0], place.x - left, place.y - top + place.height / 2);
  }
}
