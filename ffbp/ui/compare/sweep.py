"""The view Sweep: one field over a range of values, each with several seeds; or a picture of two fields."""

from dataclasses import replace

import streamlit as st

from ffbp.experiment.differences import noun_of, value_text
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.many import read_values, second_fields, swept_fields, usual_values
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.resolve import resolve
from ffbp.figures.latex import plain
from ffbp.figures.many import best_of, ends_plot, medians_of
from ffbp.lessons.repeated import PICTURES
from ffbp.training.sweep import Sweep, plan_sweep
from ffbp.ui import chart, files
from ffbp.ui.compare import rates, two_fields
from ffbp.ui.compare.choices import presets
from ffbp.ui.compare.many_runs import (
    Asked,
    asked,
    buttons,
    open_chosen,
    opens,
    plan_with,
    set_many,
    set_seeds,
    train_on,
)
from ffbp.ui.page import Page
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number
from ffbp.words.text import counted

NUMBERS = (1, 3, 5, 10, 20)
MOST_SEEDS = 20


def sweep(page: Page) -> None:
    """Choose a field and its values, train every value with every seed, and look at every run."""
    page.draw_sidebar()
    with page.words:
        st.markdown(
            "Train the experiment with several values of one field, each with several seeds. Every dot is a run. "
            "With a second field, every cell of a picture is a run."
        )
    _view(page)


@fragment
def _view(page: Page) -> None:
    open_chosen()
    note_view("many")
    if hint := presets("sweep", PICTURES):
        st.markdown(hint)
    found = _picture(page.config) if session.view.many.up else _values(page.config)
    address.write()
    page.draw_links()
    if found is not None:
        train_on(found)


def _values(config) -> Asked | None:
    """One field, and every run as a dot."""
    many = session.view.many
    n_seeds = min(many.seeds, MOST_SEEDS)
    _controls(config, many, n_seeds)
    values = many.values or usual_values(many.field, config)
    choices = {"field": many.field, "values": values, "seeds": range(n_seeds), "vary": many.vary}
    plan = plan_with(config, plan_sweep, **choices)
    found = asked("sweep", config, plan, n_seeds, many.vary, many.field, values)
    if found is not None:
        buttons(
            found,
            "sweep",
            f"The loss of every run at its end will appear here, by {noun_of(many.field)}. Predict first: which value has the "
            "smallest loss, and how much does chance change it?",
        )
        _results(found, many.field, config)
    return found


def _picture(config) -> Asked | None:
    """Two fields, and every run as a cell."""
    many = session.view.many
    _field_controls(st.columns(2), config, many)
    two_fields.controls(config, many)
    found = two_fields.planned(config, many)
    if found is not None:
        buttons(
            found,
            "picture",
            "The picture will appear here, each cell in the colour of its loss. Predict first: where is the loss small, and "
            "where do the runs diverge?",
        )
        two_fields.results(found, many)
    return found


def _field_controls(places, config, many):
    """The field and, where it is a number, a second one."""
    offered = _fields_that_apply(config)
    own = {"name": "sweep:field", "value": many.field, "on_change": _set_field}
    control.choice(places[0], "selectbox", "Field", {name: FIELDS[name].title for name in offered}, **own)
    others = [name for name in second_fields(many.field) if name in (*offered, many.up)]
    if others:
        texts = {"": "none"} | {name: FIELDS[name].title for name in others}
        own = {"name": "sweep:up", "value": many.up or "", "on_change": _set_second_field}
        control.choice(places[1], "selectbox", "Second field", texts, **own)


def _controls(config, many, n_seeds):
    first, second, middle, right = st.columns([4, 4, 9, 6], vertical_alignment="bottom")
    _field_controls((first, second), config, many)
    kind = FIELDS[many.field].kind
    values = many.values or usual_values(many.field, config)
    text = "" if values is None else ", ".join(str(kind.text(value)) for value in values)
    own = {"name": "sweep:values", "value": text, "on_change": _set_values, "args": (many.field,)}
    placeholder = f"all: {', '.join(kind.choices)}" if values is None else "usual values"
    words = "Values, with commas between them. Leave it empty for the usual ones."
    control.show(middle, "text_input", "Values", placeholder=placeholder, help=words, **own)
    numbers = {n: str(n) for n in sorted({*NUMBERS, n_seeds})}
    own = {"name": "sweep:n", "value": n_seeds, "on_change": set_seeds}
    control.choice(right, "segmented_control", "Seeds for each value", numbers, **own)
    session.show_told("sweep", once=True)


def _fields_that_apply(config):
    """The fields that mean something in this experiment, and the chosen one."""
    applied = files.experiment(config) if files.is_available(config) else None
    return [
        name
        for name in swept_fields()
        if name == session.view.many.field or applied is None or FIELDS[name].applies(applied)
    ]


def _set_field(name):
    if name in swept_fields():
        session.view = replace(session.view, many=session.view.many.sweeping(name))


def _set_second_field(name):
    many = session.view.many
    if not name or name in second_fields(many.field):
        session.view = replace(session.view, many=many.pictured(name or None))


def _set_values(text, field):
    if not text.strip():
        set_many(values=None)
        return
    try:
        set_many(values=read_values(field, text.split(",")))
    except ConfigError as error:
        session.tell("warning", f"{error}; the values stay as they were", "sweep")


def _results(found: Asked, field: str, config) -> None:
    if not found.n_done:
        return
    sweep, now = found.sweep, getattr(config, field)
    score = "r2" if any(outcome and "train_r2" in outcome.columns for outcome in sweep.outcomes) else "accuracy"
    if now is None:
        now = getattr(resolve(config, files.experiment(config).dataset), field, None)
    st.markdown(_sentence(sweep, field))
    is_rate = field == "learning_rate"
    if is_rate:
        marks = rates.measured(config)
        st.markdown(rates.in_words(marks, sweep))
    for name in ("loss", score):
        title = {"loss": "Loss", "accuracy": "Accuracy", "r2": "R²"}[name]
        figure = ends_plot(sweep, name, now)
        if is_rate:
            rates.draw(figure, marks, sweep, name)
        chart.chart(
            figure,
            key=f"sweep:{name}",
            title=f"{title} at the end of every run",
            alternative=_in_words(sweep, field, name),
            **opens(sweep),
        )
    st.caption(
        "The red dashed line marks the experiment's own value. A click on a dot opens its run in the Playground."
    )
    st.download_button(
        "Table (CSV)", lambda: sweep.to_csv().encode(), "ffbp-sweep.csv", "text/csv", key="sweep:csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _sentence(sweep: Sweep, field: str) -> str:
    """Which value has the smallest median loss, and how far it is from the next one."""
    diverged = int(sweep.diverged.sum())
    ended = f" {counted(diverged).capitalize()} {'run' if diverged == 1 else 'runs'} diverged." if diverged else ""
    best = best_of(sweep)
    if best is None:
        return f"No run has ended with a finite loss yet.{ended}"
    median, value = best
    named = plain(f"{FIELDS[field].label} {value_text(field, value)}")
    return (
        f"**{named}** has the smallest median training loss of all values tried so far: {format_number(median)}.{ended}"
    )


def _in_words(sweep, field, name):
    pairs = zip(sweep.values[0], medians_of(sweep, f"train_{name}"), strict=True)
    return "; ".join(f"{value_text(field, value)}: median {format_number(median)}" for value, median in pairs)
