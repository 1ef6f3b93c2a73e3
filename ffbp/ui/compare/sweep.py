"""The view Sweep: one field over a range of values, each with several seeds."""

import streamlit as st

from ffbp.experiment.differences import value_text
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.many import read_values, swept_fields, usual_values
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.resolve import resolve
from ffbp.figures.latex import plain
from ffbp.figures.many import ends_plot, medians_of
from ffbp.training.sweep import Sweep, plan_sweep
from ffbp.ui import chart, files
from ffbp.ui.compare.many_runs import (
    Asked,
    asked,
    buttons,
    choose_run,
    open_chosen,
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
            "Train the experiment with several values of one field, each with several seeds. Every dot is a run."
        )
    _view(page)


@fragment
def _view(page: Page) -> None:
    open_chosen()
    note_view("many")
    many, config = session.view.many, page.config
    n_seeds = min(many.seeds, MOST_SEEDS)
    _controls(config, many, n_seeds)
    values = many.values or usual_values(many.field, config)
    choices = {"field": many.field, "values": values, "seeds": range(n_seeds), "vary": many.vary}
    plan = plan_with(config, plan_sweep, **choices)
    found = asked("sweep", config, plan, n_seeds, many.vary, many.field, values)
    if found is not None:
        buttons(found, "sweep")
        _results(found, many.field, config)
    address.write()
    page.draw_links()
    if found is not None:
        train_on(found)


def _controls(config, many, n_seeds):
    left, middle, right = st.columns([2, 3, 2], vertical_alignment="bottom")
    texts = {name: FIELDS[name].title for name in _fields_that_apply(config)}
    own = {"name": "sweep:field", "value": many.field, "on_change": _set_field}
    control.choice(left, "selectbox", "Field", texts, **own)
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
        set_many(field=name, values=None)


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
    for name in ("loss", score):
        title = {"loss": "Loss", "accuracy": "Accuracy", "r2": "R²"}[name]
        chart.chart(
            ends_plot(sweep, name, now),
            key=f"sweep:{name}",
            title=f"{title} at the end of every run",
            alternative=_in_words(sweep, field, name),
            choose=lambda place: choose_run(sweep, place),
        )
    st.caption("The dashed line marks the experiment's own value. A click on a dot opens its run in the Playground.")
    st.download_button(
        "Table (CSV)", lambda: sweep.to_csv().encode(), "ffbp-sweep.csv", "text/csv", key="sweep:csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _sentence(sweep: Sweep, field: str) -> str:
    """Which value has the smallest median loss, and how far it is from the next one."""
    medians = [
        (median, value)
        for value, median in zip(sweep.values[0], medians_of(sweep, "train_loss"), strict=True)
        if median == median
    ]
    diverged = int(sweep.diverged.sum())
    ended = f" {counted(diverged).capitalize()} of them diverged." if diverged else ""
    if not medians:
        return f"No run has ended with a finite loss.{ended}"
    best, value = min(medians)
    named = plain(f"{FIELDS[field].label} {value_text(field, value)}")
    return f"**{named}** has the smallest median training loss so far tried: {format_number(best)}.{ended}"


def _in_words(sweep, field, name):
    pairs = zip(sweep.values[0], medians_of(sweep, f"train_{name}"), strict=True)
    return "; ".join(f"{value_text(field, value)}: median {format_number(median)}" for value, median in pairs)
