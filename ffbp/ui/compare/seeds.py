"""The view Seeds: the same experiment many times, to see what is luck."""

from itertools import cycle

import numpy as np
import streamlit as st

from ffbp.analysis.plane import plane_of
from ffbp.core.network import Network
from ffbp.experiment.build import build_network
from ffbp.experiment.differences import value_text
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.many import usual_values
from ffbp.figures import palette
from ffbp.figures.blob import Packer
from ffbp.figures.latex import plain
from ffbp.figures.many import curves_plot, success_plot
from ffbp.figures.thumbnail import boundary, falling
from ffbp.lessons.repeated import REPEATED
from ffbp.training.sweep import Sweep, plan_sweep
from ffbp.training.target import Target, question_notice, rates_notice, success_notice
from ffbp.ui import chart
from ffbp.ui.compare.choices import choose_goal, choose_seeds, choose_vary, goal_of, kind_of, movable, presets
from ffbp.ui.compare.many_runs import (
    Asked,
    asked,
    buttons,
    choose_run,
    open_chosen,
    opens,
    plan_with,
    set_many,
    train_on,
)
from ffbp.ui.component import component
from ffbp.ui.page import Page, axes_of
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.words import english
from ffbp.words.glossary import explained
from ffbp.words.numbers import format_number
from ffbp.words.text import inside, shortened

NUMBERS = (10, 20, 50, 100, 200)
PREDICTED = "seeds:predicted"
SHEET = "seeds:sheet"
AHEAD = (
    "The curves of all runs will appear here, how many of them reach the goal, and a picture of what each has learned."
)
EXPLAINED = explained("seeds", "goal", "wilson")


def seeds(page: Page) -> None:
    """Define success, predict, train, and look at every run."""
    hint = presets("seeds", REPEATED)
    page.draw_sidebar()
    with page.words:
        st.markdown(
            hint or "One run is one random draw. Define success first, predict how many runs reach it, then train them."
        )
    _view(page)


@fragment
def _view(page: Page) -> None:
    open_chosen()
    note_view("many")
    many, target = session.view.many, goal_of(page.config)
    _controls(page.config, many, target)
    choices = {"seeds": range(many.seeds), "vary": many.vary}
    if many.beside:
        choices |= {"field": many.field, "values": many.values or usual_values(many.field, page.config)}
    found = asked("seeds", page.config, plan_with(page.config, plan_sweep, **choices), *choices.values())
    if found is None:
        address.write()
        page.draw_links()
        return
    expected = None if many.beside else _prediction(many.seeds, target)
    buttons(found, "seeds", AHEAD)
    if found.n_done:
        (_side_by_side if many.beside else _results)(found, target, expected)
        _sheets(found, target)
        _take_away(found.sweep, target)
    address.write()
    page.draw_links()
    train_on(found)


def _controls(config, many, target):
    left, middle, right = st.columns([24, 38, 28])
    choose_seeds(left, "seeds", "Number of seeds", NUMBERS, many.seeds)
    choose_vary(middle, "seeds")
    choose_goal(right, "seeds", config, target)
    values = many.values or usual_values(many.field, config)
    several = "all" if values is None else shortened([value_text(many.field, value) for value in values], 6)
    label = plain(f"Side by side: {FIELDS[many.field].title} {several}")
    own = {"name": "seeds:beside", "value": many.beside, "on_change": lambda chosen: set_many(beside=bool(chosen))}
    words = "The rate of success for each value; the field and its values are chosen in the view Sweep."
    control.show(st, "toggle", label, help=words, **own)


def _prediction(n, target):
    """How many of the runs the person expects to succeed; None before that is said."""
    value = session.recall(PREDICTED)
    value = value if value is not None and value <= n else None
    label = english.sentence(question_notice(target, n))
    own = {"name": "seeds:predicted", "value": value, "on_change": session.keep, "args": (PREDICTED,)}
    control.show(st, "number_input", label, name=own.pop("name"), min_value=0, max_value=n, step=1, placeholder="your prediction",
                 width=640, **own)  # fmt: skip
    return value


def _results(found: Asked, target: Target, expected) -> None:
    (rate,) = found.sweep.rates(target)
    st.markdown(
        english.sentence(success_notice(rate, target, expected if found.is_complete else None)),
        help=explained("seeds", "goal", "wilson"),
    )
    _curves(found, target, f"{rate.successes} of {rate.n} runs reach the goal, {kind_of(target)} {target.value:g}.")


def _side_by_side(found: Asked, target: Target, expected) -> None:
    """The rates of success of several values, each with its interval."""
    sweep = found.sweep
    (field,), rates = sweep.fields, [rate for rate in sweep.rates(target) if rate.n]
    named = [f"{value_text(field, rate.values[0])}: {english.sentence(success_notice(rate, target))}" for rate in rates]
    title = f"How often the runs succeed, by {FIELDS[field].noun or inside(FIELDS[field].label)}"
    chart.chart(success_plot(sweep, target), key="seeds:rates", title=title, alternative=" ".join(named))
    st.caption(english.sentence(rates_notice(target)), help=EXPLAINED)
    n = len(sweep.seeds)
    groups = {
        value_text(field, value): (range(k * n, (k + 1) * n), colour)
        for (k, value), colour in zip(enumerate(sweep.values[0]), cycle(palette.CLASSES), strict=False)
    }
    _curves(found, target, " ".join(named), groups)


def _curves(found, target, alternative, groups=None):
    chart.chart(
        curves_plot(found.sweep, target, groups),
        key="seeds:curves",
        title=f"Training {kind_of(target)} of every run",
        alternative=alternative,
        **opens(found.sweep),
        **movable(target),
    )
    st.caption(
        "Drag the dashed line, or move it by the arrow keys, to change the goal. A click on a curve opens its run."
    )


# The contact sheet


def _sheets(found: Asked, target: Target) -> None:
    """The boundaries at the end of every run, the smallest loss first; a sheet for each value."""
    st.header("What each run has learned", anchor=False)
    sweep, n, known = found.sweep, len(found.sweep.seeds), _pictures(found)
    for start in range(0, len(sweep.configs), n):
        places = [place for place in range(start, start + n) if place in known]
        if places:
            _sheet(sweep, target, places, known, f"{SHEET}:{start // n}")
    st.caption("The boundary at the end of each run with its training loss. A click opens the run in the Playground.")


def _sheet(sweep: Sweep, target: Target, places: list[int], known: dict, key: str) -> None:
    *values, _ = sweep.at(places[0])
    named = [
        f"{FIELDS[field].title}: {value_text(field, value)}" for field, value in zip(sweep.fields, values, strict=True)
    ]
    for name in named:
        st.caption(plain(name))
    losses, met = sweep.ends("train_loss"), sweep.successes(target)
    order = sorted(places, key=lambda place: np.nan_to_num(losses[place], nan=np.inf))
    packer = Packer(raw=True)
    items = [
        {
            "name": f"Seed {sweep.at(place)[-1]}",
            "words": "reaches the goal" if met[place] else "misses the goal",
            "result": "diverged" if sweep.diverged[place] else f"{format_number(losses[place])}",
            "here": False,
            "missed": not met[place],
            "picture": packer.add(known[place], np.uint8),
        }
        for place in order
    ]
    label = ", ".join(["All runs", *named])
    data = packer.blob({"label": f"{label}, the smallest loss first", "sheet": True, "items": items})

    def choose():
        chosen = session.sent(key, {}).get("chosen")
        if isinstance(chosen, int) and 0 <= chosen < len(order):
            choose_run(sweep, order[chosen])

    component("recent")(key=key, data=data, on_chosen_change=choose)


def _pictures(found: Asked) -> dict[int, np.ndarray]:
    """A small picture of every trained run, by its place; those of earlier slices are kept."""
    known = session.recall("seeds:pictures", (None, {}))
    pictures = known[1] if known[0] is found.sweep else {}
    for place, outcome in enumerate(found.sweep.outcomes):
        if outcome is not None and place not in pictures:
            pictures[place] = picture_of(found.sweep, place)
    session.keep((found.sweep, pictures), "seeds:pictures")
    return pictures


def picture_of(sweep: Sweep, place: int) -> np.ndarray:
    """The boundary of a run at its end; where the plane is a line or a slice, its loss."""
    config, outcome = sweep.configs[place], sweep.outcomes[place]
    dataset = Experiment(config, sweep.source).dataset
    plane = plane_of(dataset, axes_of(config))
    if plane.is_line or plane.is_slice:
        return falling(outcome.columns["train_loss"])
    network: Network = build_network(config, dataset).with_theta(outcome.theta)
    return boundary(network, dataset, plane)


def _take_away(sweep, target):
    st.download_button(
        "Table (CSV)", lambda: sweep.to_csv(target).encode(), "ffbp-seeds.csv", "text/csv", key="seeds:csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
