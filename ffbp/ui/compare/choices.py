"""Choices that several views of many runs share: experiments to start from, how many seeds, what they decide, the goal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from ffbp.experiment.experiment import Experiment
from ffbp.experiment.many import VARY
from ffbp.lessons.repeated import Repeated
from ffbp.training.target import Target
from ffbp.ui import files
from ffbp.ui.compare.many_runs import set_many, set_seeds
from ffbp.ui.session import control
from ffbp.ui.session.state import session

GOALS = {"accuracy": 0.95, "loss": 0.1}
BOUNDS = {"accuracy": ("at least", 0.0, 1.0), "loss": ("at most", 1e-9, 1e3)}  # of the field in which a goal is typed


def choose_seeds(place, view: str, label: str, numbers: Sequence[int], n: int) -> None:
    """How many seeds."""
    texts = {each: str(each) for each in sorted({*numbers, n})}
    control.choice(place, "segmented_control", label, texts, name=f"{view}:n", value=n, on_change=set_seeds, wrap=True)


def choose_vary(place, view: str) -> None:
    """What the seeds decide."""
    kinds = {key: words[0].upper() + words[1:] for key, words in VARY.items()}
    own = {"name": f"{view}:vary", "value": session.view.many.vary, "on_change": _set_vary}
    control.choice(place, "segmented_control", "What the seeds decide", kinds, **own, wrap=True)


def _set_vary(vary):
    if vary in VARY:
        set_many(vary=vary)


def goal_of(config, usual: tuple[str, float] | None = None) -> Target:
    """The goal of the address, or the usual one, by default that for the task."""
    numbers = is_regression(config)
    fits = ("loss" if numbers else "accuracy",)
    what, value = session.view.many.goal or usual or (fits[0], GOALS[fits[0]])
    if what == "accuracy" and numbers:
        what, value = "loss", GOALS["loss"]
    return Target(**{what: value})


def is_regression(config) -> bool:
    """Whether numbers are predicted, so that there is no accuracy."""
    return files.is_available(config) and Experiment(config, files.source_for(config)).dataset.score_name != "accuracy"


def choose_goal(place, view: str, config, target: Target) -> None:
    """Whether the goal is an accuracy or a loss, and how much of it."""
    goals = {"accuracy": "Accuracy", "loss": "Loss"}
    if is_regression(config):
        del goals["accuracy"]
    what, row = kind_of(target), place.container(horizontal=True)
    own = {"name": f"{view}:goal", "value": what, "on_change": _set_goal, "width": "content"}
    control.choice(row, "segmented_control", "Success is measured by", goals, **own, wrap=True)
    label, low, high = BOUNDS[what]
    own = {
        "name": f"{view}:goal:{what}",
        "value": target.value,
        "on_change": _goal_typed,
        "args": (what,),
        "width": 110,
    }
    bounds = min(low, target.value), max(high, target.value)
    control.show(row, "number_input", label, *bounds, step=0.01, format="%.6g", **own)


def _set_goal(what):
    if what in GOALS:
        set_many(goal=(what, GOALS[what]))


def _goal_typed(value, what):
    _move_goal(what, value)


def kind_of(target: Target) -> str:
    """ "loss" or "accuracy"."""
    return "loss" if target.accuracy is None else "accuracy"


def movable(target: Target) -> dict:
    """The goal as a line in a chart that can be moved: arguments of `ffbp.ui.chart.chart`."""
    what = kind_of(target)
    _, low, high = BOUNDS[what]
    goal = {"value": target.value, "name": what, "sign": "≤" if what == "loss" else "≥", "low": low, "high": high}
    return {"goal": goal, "move_goal": lambda value: _move_goal(what, value)}


def _move_goal(what, value):
    if isinstance(value, int | float) and (0 <= value <= 1 if what == "accuracy" else 0 < value < 1e9):
        set_many(goal=(what, float(value)))


def presets(view: str, table: Mapping[str, Repeated]) -> str:
    """Experiments to start a view from; returns the hint of the chosen one, "" if anything else was changed since."""
    now = session.config, session.view.many
    chosen = next((key for key, each in table.items() if (each.config, each.many) == now), None)

    def start(key):
        if key in table:
            session.start(table[key].config, None)
            session.view = replace(session.view, many=table[key].many)

    own = {"name": f"{view}:preset", "value": chosen, "on_change": start, "label_visibility": "collapsed", "wrap": True}
    texts = {key: each.label for key, each in table.items()}
    control.choice(st, "pills", "Experiments to start from", texts, **own)
    return table[chosen].hint if chosen else ""
