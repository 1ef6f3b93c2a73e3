// Adds, moves and erases points on the boundary's plane with mouse, finger or keyboard. The editor does not change the
// data: it reports each change, and shows it as pending until the new run arrives.

import { element } from './dom.js';
import { formatNumber } from './numbers.js';

const HELP = 'Drawing plane. Arrow keys move the pen. Enter adds a point or changes the one under the pen. Delete '
  + 'erases it. Digits choose the class.';
const clamp = (v, most) => Math.min(Math.max(v, 0), most);

export class Editor {
  constructor(panel, onEdit) {
    this.panel = panel;
    this.onEdit = onEdit;
    this.tool = 0; // a class, 'value' or 'erase'
    this.pending = [];
    const title = 'Click to add a point; drag a point to move it';
    this.plane = element('div', { class: 'editor', tabindex: 0, role: 'application', 'aria-label': HELP, title });
    this.pen = element('div', { class: 'pen', hidden: '' });
    this.ghost = element('div', { class: 'ghost', hidden: '' });
    this.plane.append(this.pen, this.ghost);
    const { region, stage } = panel;
    region.stage.append(this.plane);
    stage.above.push(this.plane);
    this.tools = element('div', { class: 'tools', role: 'toolbar', 'aria-label': 'What a click sets' });
    region.section.insertBefore(this.tools, region.stage);
    const on = (type, handler) => this.plane.addEventListener(type, handler);
    on('pointerdown', (event) => this.down(event));
    on('pointermove', (event) => this.drag(event));
    on('pointerup', (event) => this.up(event));
    on('pointercancel', () => this.cancel());
    on('keydown', (event) => this.key(event));
    on('blur', () => { this.pen.hidden = true; });
  }

  // Show a run's points and the tools for its kind of data.
  show(run) {
    this.run = run;
    for (const dot of this.pending) dot.remove();
    this.pending = [];
    const key = JSON.stringify([run.task, run.classes]);
    if (key === this.kind) return;
    this.kind = key;
    const button = (label, tool, colour) => {
      const dot = element('span', { class: 'dot', 'aria-hidden': 'true' });
      dot.style.background = colour;
      const options = { type: 'button', 'data-tool': tool, onclick: () => this.choose(tool) };
      return element('button', options, ...(colour ? [dot] : []), label);
    };
    const classes = run.classes.map((name, k) => button(name, k, run.palette.classes[k % run.palette.classes.length]));
    this.value = null;
    if (run.task === 'regression' && !run.plane.line) {
      const options = { type: 'number', step: 'any', value: 0, 'aria-label': `Value of ${run.target}` };
      this.value = element('input', { ...options, oninput: () => this.choose('value') });
      classes.push(button(`${run.target} =`, 'value'), this.value);
    } else if (run.task === 'regression') classes.push(button('point', 'value'));
    this.tools.replaceChildren(...classes, button('erase', 'erase'));
    this.choose(run.classes.length ? 0 : 'value');
  }

  choose(tool) {
    this.tool = tool;
    for (const button of this.tools.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', button.dataset.tool === String(tool));
    }
  }

  get axes() {
    return this.panel.stage.axes;
  }

  pixels({ x, y }) {
    return [this.axes.xaxis.l2p(x), this.axes.yaxis.l2p(y)];
  }

  at(event) {
    const box = this.plane.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  // The point nearest to a place of the plane, or null if none lies within `reach` pixels.
  under(place, reach) {
    return this.panel.dots?.nearest(place, reach) ?? null;
  }

  // A place of the plane as a point with the tool's class or value; null if the typed value is not a number.
  pointAt([px, py], target = null) {
    const { run } = this;
    const [x, y] = [this.axes.xaxis.p2l(px), this.axes.yaxis.p2l(py)];
    const line = run.plane.line;
    const typed = () => Number(String(this.value.value).replace(',', '.'));
    const wanted = target ?? (this.tool === 'value' ? (line ? y : typed()) : this.tool);
    if (!Number.isFinite(wanted)) return null;
    if (line) return run.task === 'regression' ? [x, y] : [x, wanted];
    return [x, y, wanted];
  }

  down(event) {
    if (event.button) return;
    this.plane.focus({ preventScroll: true });
    this.pen.hidden = true;
    const place = this.at(event);
    this.held = { from: place, point: this.under(place, event.pointerType === 'touch' ? 18 : 10), moved: false };
    this.plane.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  drag(event) {
    const near = this.held ? this.held.point : this.under(this.at(event), 10);
    this.plane.style.cursor = near ? 'grab' : 'crosshair';
    if (!this.held) return;
    const place = this.at(event);
    if (Math.hypot(place[0] - this.held.from[0], place[1] - this.held.from[1]) > 4) this.held.moved = true;
    if (!this.held.moved || !this.held.point) return;
    this.ghost.hidden = false;
    this.ghost.style.transform = `translate(${place[0]}px, ${place[1]}px)`;
    this.ghost.style.background = this.colour(this.held.point.target);
  }

  up(event) {
    const { held } = this;
    this.cancel();
    if (!held) return;
    const place = this.at(event);
    if (held.moved && held.point) this.move(held.point, place);
    else if (!held.moved) this.apply(place, held.point);
  }

  cancel() {
    this.held = null;
    this.ghost.hidden = true;
  }

  move(point, place) {
    const { clientWidth, clientHeight } = this.plane;
    const inside = [clamp(place[0], clientWidth), clamp(place[1], clientHeight)];
    this.wait(inside, point.target);
    const moved = this.pointAt(inside, point.target);
    const { line } = this.run.plane;
    if (!(line && this.run.task === 'regression')) moved[moved.length - 1] = null; // unchanged
    this.onEdit({ kind: 'move', index: point.index, point: moved });
  }

  // A click: erase or change the point at this place, or add one.
  apply(place, point, tool = this.tool) {
    if (tool === 'erase') {
      if (point) { this.wait(this.pixels(point), null); this.onEdit({ kind: 'erase', index: point.index }); }
      return;
    }
    const wanted = this.pointAt(point && !this.run.plane.line ? this.pixels(point) : place);
    if (!wanted) { this.panel.region.say('type a number first'); return; }
    if (point) { // its own coordinates stay, because those of the pixels are rounded
      const { line } = this.run.plane;
      if (line && this.run.task === 'regression') return;
      const changed = line ? [null, wanted[1]] : [null, null, wanted[2]];
      this.wait(this.pixels(point), wanted[wanted.length - 1]);
      this.onEdit({ kind: 'move', index: point.index, point: changed });
      return;
    }
    this.wait(place, wanted[wanted.length - 1]);
    this.onEdit({ kind: 'add', point: wanted });
  }

  colour(target) {
    const { run } = this;
    return run.task === 'regression' ? run.palette.cursor : run.palette.classes[target % run.palette.classes.length];
  }

  // Show a change at once, until the run with this change arrives.
  wait([x, y], target) {
    const dot = element('div', { class: target === null ? 'ghost gone' : 'ghost' });
    dot.style.transform = `translate(${x}px, ${y}px)`;
    if (target !== null) dot.style.background = this.colour(target);
    this.plane.append(dot);
    this.pending.push(dot);
    setTimeout(() => dot.remove(), 4000); // in case the change is refused
  }

  key(event) {
    const { clientWidth: width, clientHeight: height } = this.plane;
    const { run } = this;
    if (event.ctrlKey || event.metaKey || event.altKey || !run) return;
    const step = event.shiftKey ? 1 : 10;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    this.spot ??= [width / 2, height / 2];
    const here = () => this.under(this.spot, 10);
    if (moves[event.key]) {
      const [dx, dy] = moves[event.key];
      this.spot = [clamp(this.spot[0] + dx, width), clamp(this.spot[1] + dy, height)];
    } else if (event.key === 'Enter' || event.key === ' ') this.apply(this.spot, here());
    else if (event.key === 'Delete' || event.key === 'Backspace') this.apply(this.spot, here(), 'erase');
    else if (/^[1-9]$/.test(event.key) && run.classes[+event.key - 1]) this.choose(+event.key - 1);
    else if (event.key === '0' || event.key === 'e') this.choose('erase');
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.pen.hidden = false;
    this.pen.style.transform = `translate(${this.spot[0]}px, ${this.spot[1]}px)`;
    const [x, y] = [this.axes.xaxis.p2l(this.spot[0]), this.axes.yaxis.p2l(this.spot[1])];
    const on = here();
    const text = `pen at (${formatNumber(x)}, ${formatNumber(y)})${on ? `, on sample ${on.index}` : ''}`;
    this.panel.region.say(text);
    this.panel.player.say(text);
  }
}
