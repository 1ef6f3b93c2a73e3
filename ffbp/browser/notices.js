// Words about the run in one line whose height never changes: the most urgent first, the others behind a count.

const lines = new WeakMap();
const ICONS = {
  error: 'M8 1l7 13H1zM7.2 5.5v4.5h1.6V5.5zM7.2 11.2v1.5h1.6v-1.5z',
  warning: 'M8 1l7 13H1zM7.2 5.5v4.5h1.6V5.5zM7.2 11.2v1.5h1.6v-1.5z',
  info: 'M8 1a7 7 0 110 14A7 7 0 018 1zM7.2 4v1.6h1.6V4zM7.2 7v5h1.6V7z',
  hint: 'M8 1a5 5 0 00-3 9v2h6v-2a5 5 0 00-3-9zM5.5 13h5v2h-5z',
};

function made(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function signOf(level) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  for (const [key, value] of Object.entries({ viewBox: '0 0 16 16', 'aria-hidden': 'true' })) svg.setAttribute(key, value);
  path.setAttribute('d', ICONS[level]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

class Line {
  constructor(parent) {
    this.words = made('p', { role: 'status', click: () => this.open(this.list.hidden) });
    this.place = made('span', { class: 'place' });
    this.more = made('button', { type: 'button', class: 'more', 'aria-expanded': 'false', click: () => this.open(this.list.hidden) });
    this.list = made('ul', { 'aria-label': 'Everything about this run', hidden: '' });
    this.box = made('div', { class: 'ffbp-notices', role: 'group', 'aria-label': 'About this run' }, this.words, this.place, this.more, this.list);
    parent.append(this.box);
    this.away = (event) => { if (!this.box.contains(event.target)) this.open(false); };
    this.key = (event) => { if (event.key === 'Escape' && !this.list.hidden) { this.open(false); this.more.focus(); } };
    this.follow = () => this.mark();
    document.addEventListener('pointerdown', this.away, true);
    document.addEventListener('keydown', this.key);
    window.addEventListener('ffbp:frame', this.follow);
    this.observer = new ResizeObserver(() => this.count());
    this.observer.observe(this.words);
  }

  show(bytes) {
    const text = new TextDecoder().decode(bytes);
    if (text === this.text) return;
    this.text = text;
    const { run, items } = JSON.parse(text);
    this.run = run;
    this.items = items;
    this.goers = [];
    this.box.dataset.level = items[0].level;
    this.words.replaceChildren(signOf(items[0].level), made('span', {}, items[0].text));
    this.place.replaceChildren(...this.goer(items[0]));
    this.list.replaceChildren(...items.map((item) => {
      const row = made('li', {}, signOf(item.level), made('span', {}, item.text), ...this.goer(item));
      row.dataset.level = item.level;
      return row;
    }));
    this.open(false);
    this.count();
    this.mark();
  }

  // The button that moves the timeline to the moment that a notice speaks of.
  goer({ frame, epoch }) {
    if (frame === null) return [];
    const go = () => { window.dispatchEvent(new CustomEvent('ffbp:go', { detail: { run: this.run, frame } })); this.open(false); };
    const button = made('button', { type: 'button', click: go }, `Show epoch ${epoch}`);
    this.goers.push({ button, frame });
    return [button];
  }

  mark() {
    const now = document.querySelector('.ffbp[data-frame]')?.dataset.frame;
    for (const { button, frame } of this.goers ?? []) button.classList.toggle('here', now === undefined || +now === frame);
  }

  count() {
    if (!this.items) return;
    const cut = this.words.scrollHeight > this.words.clientHeight + 2;
    const others = this.items.length - 1;
    this.more.hidden = !others && !cut;
    this.more.textContent = others ? `+${others}` : '…';
    this.more.setAttribute('aria-label', others ? `Show all ${others + 1} remarks about this run` : 'Show the whole sentence');
    this.box.classList.toggle('opens', !this.more.hidden);
  }

  open(wanted) {
    const shown = wanted && !this.more.hidden;
    this.list.hidden = !shown;
    this.more.setAttribute('aria-expanded', shown);
  }

  close() {
    document.removeEventListener('pointerdown', this.away, true);
    document.removeEventListener('keydown', this.key);
    window.removeEventListener('ffbp:frame', this.follow);
    this.observer.disconnect();
  }
}

export default function ({ data, parentElement }) {
  let line = lines.get(parentElement);
  if (!line) lines.set(parentElement, line = new Line(parentElement));
  line.show(data);
  return () => setTimeout(() => {
    if (line.box.isConnected) return;
    line.close();
    lines.delete(parentElement);
  }, 0);
}
