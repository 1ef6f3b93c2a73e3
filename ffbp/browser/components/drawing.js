// A pad on which to draw a digit with mouse, finger, pen or keyboard; beside it the network's input and output.

import { mix, pack, rgb } from '../colours.js';
import { element } from '../dom.js';
import { formatPercent } from '../numbers.js';
import { mount } from './view.js';

const SIDE = 300, PEN = 0.08, KEY_STEP = 0.05, CLOSE = 0.008, MAX_STROKES = 40, MAX_POINTS = 2000;

const HELP = 'Drawing pad. Arrow keys move the pen, farther with Shift. Space lowers or lifts it. Backspace undoes the '
  + 'last stroke.';
const within = (v) => Math.min(1, Math.max(0, Math.round(v * 1000) / 1000));

class Drawing {
  constructor({ parentElement }) {
    this.strokes = [];
    this.cursor = [0.5, 0.2];
    this.build();
    parentElement.append(this.root);
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.canvas);
  }

  build() {
    const pad = { width: 2 * SIDE, height: 2 * SIDE, tabindex: 0, role: 'application', 'aria-label': HELP };
    this.canvas = element('canvas', pad);
    const on = (type, handler) => this.canvas.addEventListener(type, handler);
    on('pointerdown', (event) => this.down(event));
    on('pointermove', (event) => this.move(event));
    for (const type of ['pointerup', 'pointercancel']) on(type, (event) => this.up(event));
    on('keydown', (event) => this.key(event));
    on('focus', () => { this.keyboard = this.canvas.matches(':focus-visible'); this.paint(); });
    on('blur', () => { this.keyboard = false; this.lift(); });
    this.says = element('p', { class: 'says' });
    this.live = element('p', { class: 'hidden', 'aria-live': 'polite' });
    this.seen = element('canvas', { role: 'img' });
    this.rows = Array.from({ length: 10 }, (_, k) => {
      const bar = element('span', { class: 'bar' }), value = element('span', { class: 'value' });
      const name = element('span', { class: 'name', text: String(k) });
      return { row: element('li', {}, name, element('span', { class: 'track' }, bar), value), bar, value };
    });
    this.pen = element('p', { class: 'pen' });
    const button = (text, label, onclick) => element('button', { type: 'button', text, 'aria-label': label, onclick });
    const tools = element('div', { class: 'tools' }, button('Undo', 'Undo the last stroke', () => this.undo()),
      button('Clear', 'Clear the pad', () => this.clear()), this.pen);
    const answers = { class: 'answers', 'aria-label': 'Probability of each digit' };
    this.root = element('div', { class: 'ffbp-drawing' },
      element('div', { class: 'pad' }, this.canvas, tools),
      element('div', { class: 'gets' }, element('h2', { text: 'Input of the network' }), this.seen, this.says),
      element('ol', answers, ...this.rows.map(({ row }) => row)), this.live);
  }

  show(data, theme) {
    if (!this.restored) {
      this.restored = true;
      this.strokes = data.strokes.map((stroke) => stroke.map((point) => [...point]));
    }
    const mode = theme.dark ? 'dark' : 'light', { palette } = data;
    [this.ground, this.colour, this.accent] = [palette.middle[mode], palette.ink[mode], palette.positive];
    this.showSeen(data);
    this.showAnswer(data);
    this.paint();
  }

  showSeen({ side, image: values, high, probabilities }) {
    const paper = rgb(this.ground), ink = rgb(this.colour);
    this.seen.width = this.seen.height = side;
    const image = new ImageData(side, side), pixels = new Uint32Array(image.data.buffer);
    values.forEach((value, i) => { pixels[i] = pack(mix(paper, ink, value / high)); });
    this.seen.getContext('2d').putImageData(image, 0, 0);
    const label = probabilities ? `The drawing as ${side} by ${side} pixels` : 'The pad is empty';
    this.seen.setAttribute('aria-label', label);
  }

  showAnswer({ probabilities, answer, says }) {
    this.rows.forEach(({ row, bar, value }, k) => {
      const p = probabilities ? probabilities[k] : 0;
      bar.style.width = `${Number.isFinite(p) ? 100 * p : 0}%`;
      value.textContent = probabilities ? formatPercent(p) : '–';
      row.classList.toggle('best', Boolean(probabilities) && k === answer);
    });
    this.says.textContent = probabilities ? says : 'Draw a digit.';
    if (probabilities && !this.drawing) this.live.textContent = says;
    this.root.dataset.answer = probabilities ? answer : '';
  }

  at(event) {
    const area = this.canvas.getBoundingClientRect();
    return [within((event.clientX - area.left) / area.width), within((event.clientY - area.top) / area.height)];
  }

  get n_points() {
    return this.strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  }

  begin(point) {
    if (this.strokes.length >= MAX_STROKES || this.n_points >= MAX_POINTS) {
      this.pen.textContent = 'The pad is full. Clear it and draw again.';
      return;
    }
    this.strokes.push([point]);
    this.drawing = true;
    this.paint();
    this.send();
  }

  add(point) {
    const stroke = this.strokes.at(-1), last = stroke.at(-1);
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < CLOSE || this.n_points >= MAX_POINTS) return;
    stroke.push(point);
    this.paint();
    this.send();
  }

  lift() {
    if (this.drawing) {
      this.drawing = false;
      this.send(true);
    }
    this.paint();
  }

  down(event) {
    if (event.button > 0 || this.drawing) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.keyboard = false;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.begin(this.at(event));
  }

  move(event) {
    if (!this.drawing || event.pointerId !== this.pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) this.add(this.at(one));
  }

  up(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.lift();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = KEY_STEP * (event.shiftKey ? 3 : 1);
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) {
      this.cursor = this.cursor.map((v, i) => within(v + moves[event.key][i]));
      if (this.drawing && this.pointer == null) this.add([...this.cursor]);
    } else if (event.key === ' ') {
      if (this.drawing) this.lift(); else this.begin([...this.cursor]);
    } else if (event.key === 'Backspace' || event.key === 'Delete') this.undo();
    else if (event.key === 'Escape') this.lift();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.keyboard = true;
    this.paint();
  }

  undo() {
    this.drawing = false;
    if (!this.strokes.pop()) return;
    this.paint();
    this.send(true);
  }

  clear() {
    this.drawing = false;
    this.strokes = [];
    this.paint();
    this.send(true);
  }

  // Strokes are sent eight times a second while the user draws, and at once, with `done`, when a stroke ends.
  send(done = false) {
    clearTimeout(this.sending);
    const now = performance.now(), wait = done ? 0 : Math.max(0, 125 - (now - (this.sent ?? -1e9)));
    this.sending = setTimeout(() => {
      this.sent = performance.now();
      this.component.setStateValue('strokes', { strokes: this.strokes, done, at: this.sent });
    }, wait);
  }

  paint() {
    const context = this.canvas.getContext('2d');
    const scale = this.canvas.width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = this.ground ?? '#ffffff';
    context.fillRect(0, 0, 1, 1);
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = PEN;
    context.strokeStyle = context.fillStyle = this.colour ?? '#000000';
    for (const stroke of this.strokes) {
      context.beginPath();
      if (stroke.length === 1) {
        context.arc(stroke[0][0], stroke[0][1], PEN / 2, 0, 2 * Math.PI);
        context.fill();
        continue;
      }
      stroke.forEach(([x, y], i) => { if (i) context.lineTo(x, y); else context.moveTo(x, y); });
      context.stroke();
    }
    if (this.keyboard) {
      context.beginPath();
      context.lineWidth = 0.012;
      context.strokeStyle = this.accent;
      context.arc(this.cursor[0], this.cursor[1], PEN / 2 + 0.012, 0, 2 * Math.PI);
      context.stroke();
      if (this.drawing) { context.fillStyle = this.accent; context.fill(); }
    }
    if (!this.strokes.length && !this.keyboard) this.invite();
    this.pen.textContent = this.keyboard ? (this.drawing ? 'Pen down' : 'Pen up: Space lowers it') : '';
    this.root.dataset.strokes = this.strokes.length;
  }

  // Words on the empty pad, in pixels because browsers round the size of small letters.
  invite() {
    const context = this.canvas.getContext('2d'), { width } = this.canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 0.65;
    context.textAlign = 'center';
    context.font = `${width / 16}px sans-serif`;
    context.fillText('Draw here', width / 2, width / 2);
    context.globalAlpha = 1;
  }

  close() {
    clearTimeout(this.sending);
    this.observer.disconnect();
  }
}

export default mount(Drawing);
