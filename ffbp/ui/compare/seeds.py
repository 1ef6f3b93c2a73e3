"""The view Seeds: the same experiment many times, to see what is luck."""

import numpy as np
import streamlit as st

from ffbp.analysis.plane import plane_of
from ffbp.core.network import Network
from ffbp.experiment.build import build_network
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.many import VARY
from ffbp.figures.blob import Packer
from ffbp.figures.many import curves_plot
from ffbp.figures.thumbnail import boundary, falling
from ffbp.training.sweep import Sweep, plan_sweep
from ffbp.training.target import Target
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
from ffbp.ui.component import component
from ffbp.ui.page import Page, axes_of
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number, format_percent

NUMBERS = (10, 20, 50, 100, 200)
PREDICTED = "seeds:predicted"
SHEET = "seeds:sheet"
GOALS = {"accuracy": 0.95, "loss": 0.1}


def seeds(page: Page) -> None:
    """Define success, predict, train, and look at every run."""
    page.draw_sidebar()
    with page.words:
        st.markdown(
            "One run is one draw of luck. Define success first, predict how many runs reach it, then train them."
        )
    _view(page)


@fragment
def _view(page: Page) -> None:
    open_chosen()
    note_view("many")
    many, target = session.view.many, _goal(page.config)
    _controls(page.config, many, target)
    choices = {"seeds": range(many.seeds), "vary": many.vary}
    found = asked("seeds", page.config, plan_with(page.config, plan_sweep, **choices), many.seeds, many.vary)
    if found is None:
        address.write()
        page.draw_links()
        return
    n = len(found.sweep.outcomes)
    expected = _prediction(n)
    buttons(found, "seeds")
    _results(page, found, target, expected)
    address.write()
    page.draw_links()
    train_on(found)


def _goal(config) -> Target:
    """The goal of the address, or the usual one for the task."""
    numbers = _is_regression(config)
    what, value = session.view.many.goal or (("loss", GOALS["loss"]) if numbers else ("accuracy", GOALS["accuracy"]))
    if what == "accuracy" and numbers:
        what, value = "loss", GOALS["loss"]
    return Target(**{what: value})


def _is_regression(config) -> bool:
    return files.is_available(config) and Experiment(config, files.source_for(config)).dataset.score_name != "accuracy"


def _controls(config, many, target):
    left, middle, right = st.columns([2, 3, 2])
    texts = {n: str(n) for n in sorted({*NUMBERS, many.seeds})}
    control.choice(
        left, "segmented_control", "Number of seeds", texts, name="seeds:n", value=many.seeds, on_change=set_seeds
    )
    kinds = {key: words[0].upper() + words[1:] for key, words in VARY.items()}
    own = {"name": "seeds:vary", "value": many.vary, "on_change": _set_vary}
    control.choice(middle, "segmented_control", "What the seeds decide", kinds, **own)
    goals = {"accuracy": "Accuracy", "loss": "Loss"}
    if _is_regression(config):
        del goals["accuracy"]
    own = {"name": "seeds:goal", "value": "loss" if target.accuracy is None else "accuracy", "on_change": _set_goal}
    control.choice(right, "segmented_control", "Success is measured by", goals, **own)


def _set_vary(vary):
    if vary in VARY:
        set_many(vary=vary)


def _set_goal(what):
    if what in GOALS:
        set_many(goal=(what, GOALS[what]))


def _prediction(n):
    """How many of the runs the person expects to succeed; None before that is said."""
    value = session.recall(PREDICTED)
    value = value if value is not None and value <= n else None
    label = f"How many of the {n} runs will reach the goal? Your prediction"
    own = {"name": "seeds:predicted", "value": value, "on_change": session.keep, "args": (PREDICTED,)}
    control.show(st, "number_input", label, name=own.pop("name"), min_value=0, max_value=n, step=1, placeholder="your guess",
                 width=420, **own)  # fmt: skip
    return value


def _results(page: Page, found: Asked, target: Target, expected) -> None:
    sweep = found.sweep
    if not found.n_done:
        return
    (rate,) = sweep.rates(target)
    st.markdown(_sentence(rate, target, expected, found.is_complete, len(sweep.outcomes)))
    what = "loss" if target.accuracy is None else "accuracy"
    goal = {"value": target.value, "name": what, "sign": "≤" if what == "loss" else "≥"}
    goal |= {"low": 1e-9, "high": 1e3} if what == "loss" else {"low": 0.0, "high": 1.0}
    chart.chart(
        curves_plot(sweep, target),
        key="seeds:curves",
        title=f"Training {what} of every run",
        alternative=f"{found.n_done} runs; {rate.successes} reach a training {what} {goal['sign']} {target.value:g}.",
        choose=lambda place: choose_run(sweep, place),
        goal=goal,
        move_goal=lambda value: _move_goal(what, value),
    )
    st.caption(
        "Drag the dashed line, or move it by the arrow keys, to change the goal. A click on a curve opens its run."
    )
    st.subheader("What each run has learned", anchor=False)
    _sheet(found, target)
    _take_away(sweep, target)


def _move_goal(what, value):
    if isinstance(value, int | float) and (0 <= value <= 1 if what == "accuracy" else 0 < value < 1e9):
        set_many(goal=(what, float(value)))


def _sentence(rate, target, expected, is_complete, n):
    if target.accuracy is None:
        goal = f"a training loss of at most {format_number(target.loss)}"
    else:
        goal = f"a training accuracy of at least {format_percent(target.accuracy)}"
    share = f"**{rate.successes} of {rate.n}** runs{'' if is_complete else ' so far'} reach {goal}: {rate.share:.0%}"
    interval = f"With so few runs, the true rate may lie between {rate.low:.0%} and {rate.high:.0%} (95 %, Wilson)."
    said = ""
    if expected is not None and is_complete:
        said = f" You expected {expected}."
    return f"{share}. {interval}{said}"


# The contact sheet


def _sheet(found: Asked, target: Target) -> None:
    """The boundaries at the end of every run, the smallest loss first."""
    sweep, pictures = found.sweep, _pictures(found)
    losses, met = sweep.ends("train_loss"), sweep.successes(target)
    order = [place for place in np.argsort(losses, kind="stable").tolist() if place in pictures]
    packer = Packer(raw=True)
    items = [
        {
            "name": f"Seed {sweep.seeds[place]}",
            "words": "reaches the goal" if met[place] else "misses the goal",
            "result": "diverged" if sweep.diverged[place] else f"{format_number(losses[place])}",
            "here": False,
            "missed": not met[place],
            "picture": packer.add(pictures[place], np.uint8),
        }
        for place in order
    ]
    data = packer.blob({"label": "All runs, the smallest loss first", "sheet": True, "items": items})

    def choose():
        chosen = session.sent(SHEET, {}).get("chosen")
        if isinstance(chosen, int) and 0 <= chosen < len(order):
            choose_run(sweep, order[chosen])

    component("recent")(key=SHEET, data=data, on_chosen_change=choose)
    st.caption("The boundary at the end of each run with its training loss. A click opens the run in the Playground.")


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
