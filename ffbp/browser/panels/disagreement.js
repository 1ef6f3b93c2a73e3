// Where two runs disagree: the difference of their outputs over the plane, both boundaries, and rings around the
// samples to which they give different classes. Over a line, both outputs.

import { scalesOf } from '../colours.js';
import { contour, trace } from '../contour.js';
import { lineWidth } from '../room.js';
import { differing } from '../versus.js';
import { Dots } from './dots.js';
import { Stage } from './stage.js';

const EMPTY = { type: 'scatter', mode: 'markers', x: [null], y: [null] };
const RING = 0.6; // opacity, because there may be many
const OTHER = 200; // of 256 shades: where the classes differ, if there are several

export class DisagreementPanel {
  constructor(player, name) {
    Object.assign(this, { player, name });
    this.region = player.regionOf(this, 'Where A and B disagree');
    this.stage = new Stage(player, this.region, () => this.paint(player.frame));
    this.region.stage.addEventListener('pointermove', (event) => this.hover(event), true);
    this.region.stage.addEventListener('pointerleave', () => this.region.say(''));
  }

  show(run) {
    this.run = run;
    const { disagreement: map } = run;
    this.region.section.classList.toggle('impossible', Boolean(map.why));
    this.region.stage.dataset.why = map.why ?? '';
    this.dots = map.why ? null : new Dots({ ...run, boundary: map });
    if (!map.why) this.stage.show({ data: [EMPTY], layout: map.plot.layout });
  }

  async draw() {
    if (!this.dots) return;
    await this.stage.draw(null, (data) => ({ data, zoom: [null, null] }));
    this.stage.fillLegend(this.explained);
  }

  // What the colours mean, as traces for the legend.
  get explained() {
    const { palette, disagreement: { plane } } = this.run, kind = this.player.sides?.[0].boundary.surface?.map.kind;
    const square = (name, color) => ({ mode: 'markers', marker: { symbol: 'square', color }, name });
    if (plane.line) return ['A', 'B'].map((name, i) => ({ mode: 'lines', line: { color: palette.runs[i] }, name }));
    if (kind === 'regions') return [square('another class', palette.positive)];
    return [square('A higher', palette.negative), square('B higher', palette.positive)];
  }

  // Both runs' places in their maps, or null until they are here. Finer maps only if both have one.
  get maps() {
    const { moments } = this.player;
    if (!moments) return null;
    const found = moments.map(({ side, frame }) => ({
      surface: side.boundary.surface, moment: { ...side.boundary.moment(frame), one: null, hard: false },
    }));
    if (found.some(({ surface, moment }) => !surface || moment.row < 0)) return null;
    const fine = found.every(({ moment }) => moment.fine);
    for (const { moment } of found) if (!fine) moment.fine = null;
    return found;
  }

  paint() {
    const { run, stage, dots, player } = this;
    stage.painted();
    const context = dots && stage.canvas();
    if (!context) return;
    const { maps } = this;
    this.region.wait(!maps);
    if (!maps) return;
    if (run.disagreement.plane.line) this.paintLines(context, maps);
    else this.paintMap(context, maps);
    const { decided } = run.disagreement;
    if (!decided) return;
    dots.place(stage, { test: true, theme: player.theme });
    context.lineWidth = 1;
    context.strokeStyle = run.palette.wrong[player.theme.dark ? 'dark' : 'light'];
    context.globalAlpha = RING;
    context.beginPath();
    for (const [part, of] of Object.entries(decided)) {
      const other = new Set(differing(of, player.moments)), rings = [];
      of.drawn.forEach((index, i) => { if (other.has(index)) rings.push(i); });
      dots.ring(context, part, rings);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  paintMap(context, maps) {
    const { run, stage, player: { theme }, run: { disagreement: { plane, span } } } = this;
    const [a, b] = maps, n = a.surface.side(a.moment), count = n * n;
    const several = a.surface.map.kind === 'regions', { signed } = scalesOf(run.palette, theme);
    if (this.pixels?.length !== count) {
      this.pixels = new Uint32Array(count);
      this.numbers = [new Float32Array(count), new Float32Array(count)];
      this.canvas = new OffscreenCanvas(n, n);
      this.image = new ImageData(new Uint8ClampedArray(this.pixels.buffer), n, n);
    }
    const read = several ? 'winnerMap' : 'valueMap';
    const [of_a, of_b] = maps.map(({ surface, moment }) => surface[read](moment));
    const [as, bs] = this.numbers;
    for (let j = 0; j < n; j++) { // the canvas's rows run downwards
      for (let i = 0; i < n; i++) {
        const at = j * n + i, difference = (bs[at] = of_b(at)) - (as[at] = of_a(at));
        const shade = several ? (difference ? OTHER : 128) : Math.round(127.5 + (127.5 * difference) / span);
        this.pixels[(n - 1 - j) * n + i] = signed[Math.min(Math.max(shade, 0), 255)];
      }
    }
    this.canvas.getContext('2d').putImageData(this.image, 0, 0);
    const { x: [x0, x1], y: [y0, y1] } = plane, { toX, toY } = stage;
    context.imageSmoothingEnabled = !several;
    context.drawImage(this.canvas, toX(x0), toY(y1), toX(x1) - toX(x0), toY(y0) - toY(y1));
    if (a.surface.map.kind !== 'probability') return;
    this.numbers.forEach((numbers, k) => {
      trace(context, contour(numbers, n, 0.5), n, plane, stage);
      context.lineWidth = lineWidth(2.5);
      context.strokeStyle = run.palette.runs[k];
      context.stroke();
    });
  }

  // The outputs of both over the line.
  paintLines(context, maps) {
    const { run: { palette, disagreement: { plane: { x: [x0, x1] } } }, stage: { toX, toY } } = this;
    maps.forEach(({ surface: { map: { curves, n } }, moment: { row } }, run) => {
      const count = curves.shape[1];
      context.lineWidth = 3;
      context.strokeStyle = palette.runs[run];
      for (let k = 0; k < count; k++) {
        context.beginPath();
        for (let i = 0; i < n; i++) {
          context.lineTo(toX(x0 + ((i + 0.5) * (x1 - x0)) / n), toY(curves[(row * count + k) * n + i]));
        }
        context.stroke();
      }
    });
  }

  hover(event) {
    const { dots, stage, region } = this, at = dots && stage.axes && stage.pixelAt(event), maps = at && this.maps;
    if (!maps) return region.say('');
    const place = stage.unitsAt(at), texts = maps.map(({ surface, moment }) => surface.read(moment, ...place));
    if (!texts.every(Boolean)) return region.say('');
    const [a, b] = texts.map((text) => text.replace(/ at .*$/, ''));
    return region.say(`A: ${a} · B: ${b}`);
  }

  describe() {
    if (this.run.disagreement.why) return this.run.disagreement.why;
    return this.player.cards.disagreement || 'The difference of the outputs of B and A over the plane.';
  }

  picture() {
    const below = (context, box) => this.stage.paintInto(context, box);
    return this.stage.picture({ below, data: [] });
  }
}
