"""The view Sweep with two fields: a picture with a run in each cell, refined while one watches, and zoomed by a box."""

from dataclasses import replace

import streamlit as st

from ffbp.experiment.config import Config
from ffbp.experiment.differences import noun_of, value_text
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.many import MAX_SIDE, Many, check_box, usual_box
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.ranges import rounded, spaced
from ffbp.figures.latex import plain
from ffbp.figures.two_fields import picture
from ffbp.training.sweep import Sweep, plan_sweep
from ffbp.ui import chart, files
from ffbp.ui.compare.many_runs import MAX_SECONDS, Asked, asked, opens, plan_with, set_many
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number
from ffbp.words.text import counted

SIDES = (8, 12, 16, 24, 32, MAX_SIDE)
FEWEST, TRIED = SIDES[0], 3  # values a side; those with which the work of all is estimated
ZOOMED = "picture:zoomed"  # a box was drawn: its runs are trained at once
LOWER = {"epochs": (50, 100, 200, 500, 1000), "n_samples": (50, 100, 200, 500)}  # choices below the experiment's own


def planned(config: Config, many: Many) -> Asked | None:
    """The picture's runs, as many a side as the bound of work allows; None, with a message, if there is no such picture."""
    config = _lowered(config, many)
    box = _box(config, many)
    side = min(many.side, _largest_side(config, many, box))
    values = _values(many, box, side)
    choices = {"field": (many.field, many.up), "values": values, "seeds": None, "ends_only": True}
    found = asked("picture", config, plan_with(config, plan_sweep, **choices), many.field, many.up, values)
    if found is not None and session.recall(ZOOMED):
        found.is_running = True
    session.keep(None, ZOOMED)
    return found


def _lowered(config, many):
    """The experiment with fewer epochs or samples, where the picture asks for that."""
    wanted = {"epochs": many.epochs, "n_samples": many.samples}
    lower = {name: n for name, n in wanted.items() if n is not None and n < getattr(config, name)}
    return files.fitting(config.to_dict() | lower)[0] if lower else config


def _box(config, many):
    return many.box or usual_box(many.field, many.up, config)


def _values(many, box, side):
    return tuple(spaced(name, *box[2 * k : 2 * k + 2], side) for k, name in enumerate((many.field, many.up)))


def _largest_side(config, many, box):
    """The largest number of values a side that fits the bound, judged by a few runs all over the picture."""
    source, (xs, ys) = files.source_for(config), _values(many, box, TRIED)
    try:
        some = [Experiment(replace(config, **{many.field: x, many.up: y}), source).work for x in xs for y in ys]
    except ConfigError:
        return FEWEST  # the plan says what does not fit
    seconds = sum(some) / len(some)
    return max((side for side in SIDES if seconds * side**2 <= MAX_SECONDS), default=FEWEST)


def controls(config: Config, many: Many) -> None:
    """The ranges of both fields, how many runs a side, and fewer epochs and samples."""
    columns = st.columns([3, 3, 2, 2, 2], vertical_alignment="bottom")
    box = _box(_lowered(config, many), many)
    for k, name in enumerate((many.field, many.up)):
        edges = ", ".join(f"{edge:.10g}" for edge in box[2 * k : 2 * k + 2])
        words = "First and last value, with a comma between them. Leave it empty for the usual range."
        own = {"name": f"sweep:range:{k}", "value": edges, "on_change": _set_range, "args": (k, box), "help": words}
        control.show(columns[k], "text_input", f"{FIELDS[name].title}: from, to", **own)
    texts = {side: f"{side} × {side}" for side in sorted({*SIDES, many.side})}
    own = {"name": "sweep:side", "value": many.side, "on_change": _set_side}
    control.choice(columns[2], "selectbox", "Runs, at most", texts, **own)
    for column, name, key in ((columns[3], "epochs", "epochs"), (columns[4], "n_samples", "samples")):
        if name in (many.field, many.up) or not FIELDS[name].applies(Experiment(config, files.source_for(config))):
            continue
        _lower_control(column, name, key, getattr(config, name), getattr(many, key))
    if many.box is not None:
        st.button(
            "Usual ranges", icon=":material/zoom_out_map:", key="sweep:out", on_click=set_many, kwargs={"box": None}
        )
    session.show_told("sweep", once=True)


def _lower_control(column, name, key, own, chosen):
    steps = sorted({n for n in (*LOWER[name], chosen) if n is not None and n < own})
    texts = {0: f"{own} (own)"} | {n: str(n) for n in steps}
    value = chosen if chosen in steps else 0

    def lower(n):
        set_many(**{key: n or None})

    control.choice(column, "selectbox", FIELDS[name].label, texts, name=f"sweep:{key}", value=value, on_change=lower)


def _set_side(side):
    if side in range(2, MAX_SIDE + 1):
        set_many(side=side)


def _set_range(text, k, box):
    """Take over a typed range of one field; the other one stays."""
    many = session.view.many
    try:
        if text.strip():
            edges = [float(part) for part in text.replace("−", "-").split(",")]
            if len(edges) != 2:
                raise ValueError
            box = (*edges, *box[2:]) if k == 0 else (*box[:2], *edges)
        else:
            usual = usual_box(many.field, many.up, session.config)
            box = (*usual[:2], *box[2:]) if k == 0 else (*box[:2], *usual[2:])
        set_many(box=check_box(many.field, many.up, box))
    except ConfigError as error:
        session.tell("warning", f"{error}; the range stays as it was", "sweep")
    except ValueError:
        session.tell("warning", "A range is two numbers with a comma between them; it stays as it was", "sweep")


def _zoom(edges):
    """Take over a box that was drawn in the picture, within what the fields take."""
    many = session.view.many
    if not (
        isinstance(edges, list | tuple) and len(edges) == 4 and all(isinstance(each, int | float) for each in edges)
    ):
        return
    box = ()
    for name, (low, high) in zip((many.field, many.up), (sorted(edges[:2]), sorted(edges[2:])), strict=True):
        kind, step = FIELDS[name].kind, (high - low) / MAX_SIDE
        box += tuple(min(max(rounded(edge, step), kind.low), kind.high) for edge in (low, high))
    try:
        set_many(box=check_box(many.field, many.up, box))
        session.keep(True, ZOOMED)
    except ConfigError:
        session.tell("warning", "The values of a smaller range would not differ; it stays as it was", "sweep")


def results(found: Asked, many: Many) -> None:
    """The picture with its sentence, and the table to take away."""
    sweep = found.sweep
    st.caption(_how_many(sweep, many))
    if not (found.n_done or found.is_running):
        return
    st.markdown(_sentence(sweep))
    chart.chart(
        picture(sweep, _now(sweep)),
        key="sweep:picture",
        title=f"Loss at the end of {len(sweep.configs)} runs over {' and '.join(FIELDS[name].label for name in sweep.fields)}",
        alternative=_sentence(sweep).replace("**", ""),
        **opens(sweep),
        zoom=_zoom,
    )
    st.caption(
        "Draw a box with the mouse, or type ranges, to zoom: the runs are trained anew, and the address keeps the box. A click "
        "opens a run in the Playground."
    )
    st.download_button(
        "Table (CSV)", lambda: sweep.to_csv().encode(), "ffbp-picture.csv", "text/csv", key="sweep:csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _now(sweep):
    """The experiment's own values of both fields."""
    resolved = files.experiment(sweep.config).resolved
    own = [getattr(sweep.config, name) for name in sweep.fields]
    return tuple(
        getattr(resolved, name, None) if value is None else value for name, value in zip(sweep.fields, own, strict=True)
    )


def _how_many(sweep: Sweep, many: Many) -> str:
    """How many runs there are, and why not more."""
    n_x, n_y = sweep.shape[:2]
    text = f"{n_x} × {n_y} runs with the experiment's own seed."
    if max(n_x, n_y) < many.side and sweep.work * (many.side / max(n_x, n_y)) ** 2 > MAX_SECONDS:
        text += (
            f" More would exceed the limit of {MAX_SECONDS / 60:.0f} minutes of work: lower the epochs or the samples."
        )
    return text


def _sentence(sweep: Sweep) -> str:
    """The smallest loss and where it is, and how many runs diverged."""
    n, diverged = sum(outcome is not None for outcome in sweep.outcomes), int(sweep.diverged.sum())
    ends = [
        end if not lost else float("inf") for end, lost in zip(sweep.ends("train_loss"), sweep.diverged, strict=True)
    ]
    place = min((k for k, end in enumerate(ends) if end < float("inf")), key=ends.__getitem__, default=None)
    if not n:
        return "No run is trained yet."
    lost = f"{counted(diverged).capitalize()} of {n} runs diverged" if diverged else f"None of {n} runs diverged"
    if place is None:
        return f"{lost}, and none ended with a finite loss."
    at = [f"{noun_of(name)} {value_text(name, getattr(sweep.configs[place], name))}" for name in sweep.fields]
    return f"{lost}. The smallest training loss is **{format_number(ends[place])}**, at {plain(' and '.join(at))}."
