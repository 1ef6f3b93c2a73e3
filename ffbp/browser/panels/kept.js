// Runs that a person has kept: they stay in grey behind the next ones, with their curves and their boundary at the end.

import { contour, trace } from '../contour.js';
import { Surface } from './surface.js';

const MOST = 3;
const GREYS = { light: ['#6b7280', '#8f959f', '#adb2ba'], dark: ['#a9afba', '#858c98', '#68707d'] };

export class Kept {
  constructor() {
    this.runs = [];
  }

  has(run) {
    return this.runs.some(({ id }) => id === run?.id);
  }

  // Keep a run, or let a kept one go; beyond MOST the first goes.
  toggle(run, theme) {
    if (this.has(run)) this.runs = this.runs.filter(({ id }) => id !== run.id);
    else this.runs = [...this.runs, { id: run.id, run, line: lineOf(run, theme) }].slice(-MOST);
  }

  // Keep this run in the place of the one kept last, and return that; null if no other is kept.
  swap(run, theme) {
    const other = this.runs.findLast(({ id }) => id !== run.id) ?? null;
    const rest = this.runs.filter(({ id }) => id !== run.id);
    if (other) this.runs = rest.with(rest.indexOf(other), { id: run.id, run, line: lineOf(run, theme) });
    return other;
  }

  // The kept runs that stand behind a run: those of the same kind of task.
  behind(run) {
    return this.runs.filter((kept) => kept.id !== run.id && kept.run.metric === run.metric);
  }

  key(run) {
    return this.behind(run).map(({ id }) => id).join();
  }

  grey(k, theme) {
    return GREYS[theme.dark ? 'dark' : 'light'][k];
  }

  // A panel's traces of one view in grey; the first of a run carries its name.
  traces(panel, view, run, theme) {
    return this.behind(run).flatMap((kept, k) => kept.run[panel].plot.data
      .filter(({ meta, line, fill }) => meta === view && line && !fill)
      .filter(({ name }) => panel === 'gradients' || name === 'train')
      .map((trace, i) => ({
        ...trace, visible: true, showlegend: i === 0, name: difference(kept.run, run),
        hoverinfo: 'skip', hovertemplate: null, line: { ...trace.line, color: this.grey(k, theme), width: 1.6 },
      })));
  }

  // The ranges of a view that hold the kept runs' curves, too: "linear", "log" and, of the epochs, "x".
  ranges(panel, view, run, x) {
    const all = this.behind(run).map(({ run: { [panel]: { plot: { layout } } } }) => ({
      ...layout.meta.views.find(({ key }) => key === view.key)?.ranges, x: layout.xaxis.range,
    }));
    const union = (name, own) => own && all.reduce(([low, high], { [name]: other }) => (
      other ? [Math.min(low, other[0]), Math.max(high, other[1])] : [low, high]), own);
    return { linear: union('linear', view.ranges.linear), log: union('log', view.ranges.log), x: union('x', x) };
  }

  // The boundaries of the kept runs over the same plane.
  paint(context, { run, stage, theme }) {
    const names = String(run.plane.names);
    this.behind(run).forEach(({ line, run: { plane } }, k) => {
      if (!line || String(plane.names) !== names) return;
      trace(context, line.segments, line.n, plane, stage);
      context.lineWidth = 2.5;
      context.strokeStyle = this.grey(k, theme);
      context.stroke();
    });
  }
}

// Where the output is one half at the end of a run; null where there is no such line.
function lineOf(run, theme) {
  if (run.boundary?.kind !== 'probability') return null;
  const surface = new Surface(run), last = run.n_frames - 1;
  surface.recolour(theme);
  const row = run.frames ? run.frames.indexOf(last) : last;
  const { n, numbers } = surface.cells({ row, fine: null, one: null, hard: false });
  return { n, segments: contour(numbers, n, 0.5) };
}

// How a kept run differs from the one on screen, in the words of the controls. A field that a run does not name has its
// usual value.
function difference(kept, run) {
  const fields = { ...kept.fields, ...run.fields };
  const value = (one, name) => one.fields[name]?.text ?? fields[name].usual;
  const mark = (one, name) => one.fields[name]?.mark ?? value(one, name);
  const names = Object.keys(fields).filter((name) => mark(kept, name) !== mark(run, name));
  const own = (name) => (value(kept, name) === value(run, name) ? 'other values' : value(kept, name));
  const words = names.slice(0, 2).map((name) => `${fields[name].title} ${own(name)}`);
  return words.join(', ') + (names.length > 2 ? ' …' : '');
}
