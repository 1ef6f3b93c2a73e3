"""The view Race: which optimizer reaches a goal first, at one learning rate, and with each at its own best."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ffbp.analysis.plane import plane_of
from ffbp.analysis.surface import Surface, measure_surface, no_plane_notice
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.experiment.many import RATES
from ffbp.experiment.problems import ConfigError
from ffbp.figures.many import curves_plot
from ffbp.figures.race import in_words, lanes_plot, look, rates_plot
from ffbp.figures.surface import Path, distance_plot, path_on, surface_plot
from ffbp.training.race import RATES as TRIED
from ffbp.training.race import Lane, Race, plan_race, race_notice, result
from ffbp.training.run import Run
from ffbp.training.target import Target, question_notice
from ffbp.ui import chart
from ffbp.ui.compare.choices import choose_goal, choose_seeds, choose_vary, goal_of, kind_of, movable
from ffbp.ui.compare.many_runs import Asked, asked, buttons, open_chosen, opens, plan_with, set_many, train_on
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown, cache_for, in_turns
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.ui.timeline import player
from ffbp.words import english
from ffbp.words.glossary import explained
from ffbp.words.notice import Notice

NUMBERS, MOST_SEEDS = (1, 3, 5, 10), 10
USUAL_GOAL = ("loss", 0.3)
PREDICTED = "race:predicted"
AHEAD = (
    "The epochs that each optimizer needs to reach the goal will appear here, then the curves of all runs and their paths on "
    "one surface."
)
PATHS, SYMBOLS = "race:paths", ("circle", "diamond", "square", "triangle-up", "pentagon", "cross")


def race(page: Page) -> None:
    """Choose optimizers and a goal, train them from the same starts, and see who arrives first."""
    page.draw_sidebar()
    with page.words:
        st.markdown(
            "All optimizers start from the same weights. At one learning rate for all, a race mostly shows which optimizer that "
            "rate suits: so let each run at its own best rate, too."
        )
    _view(page)


@fragment
def _view(page: Page) -> None:
    open_chosen()
    note_view("many")
    many, config = session.view.many, page.config
    n_seeds, target = min(many.seeds, MOST_SEEDS), goal_of(config, USUAL_GOAL)
    _controls(config, many, n_seeds, target)
    rates = TRIED if many.rates == "best" else ()
    choices = {"optimizers": many.optimizers, "rates": rates, "seeds": range(n_seeds), "vary": many.vary}
    plan = plan_with(config, plan_race, **choices)
    found = asked("race", config, plan, n_seeds, many.vary, many.optimizers, many.rates)
    if found is not None:
        expected = _prediction(found.sweep.values[0], target)
        buttons(found, "race", AHEAD)
        _results(page, found, result(found.sweep, target), expected, best=many.rates == "best")
    address.write()
    page.draw_links()
    if found is not None:
        train_on(found)


def _controls(config, many, n_seeds, target):
    left, right = st.columns([3, 2])
    texts = {key: entry.label for key, entry in OPTIMIZERS.items()}
    chosen = list(many.optimizers or texts)
    own = {"name": "race:optimizers", "value": chosen, "on_change": _set_optimizers, "selection_mode": "multi"}
    own["same"] = lambda one, other: {*one} == {*other}
    control.choice(left, "pills", "Optimizers", texts, **own, wrap=True)
    own = {"name": "race:rates", "value": many.rates, "on_change": _set_rates}
    control.choice(right, "segmented_control", "Learning rate", RATES, **own, wrap=True)
    session.show_told("race", once=True)
    left, middle, right = st.columns([24, 38, 28])
    choose_seeds(left, "race", "Number of seeds", NUMBERS, n_seeds)
    choose_vary(middle, "race")
    choose_goal(right, "race", config, target)


def _set_optimizers(chosen):
    kept = tuple(key for key in OPTIMIZERS if key in chosen)
    if kept:
        set_many(optimizers=None if len(kept) == len(OPTIMIZERS) else kept)
    else:
        session.tell("warning", "A race needs at least one optimizer", "race")


def _set_rates(rates):
    if rates in RATES:
        set_many(rates=rates)


def _prediction(optimizers: Sequence[str], target: Target) -> str | None:
    """Which optimizer the person expects to be first; None before that is said."""
    texts = {"": "your prediction"} | {key: OPTIMIZERS[key].label for key in optimizers}
    value = session.recall(PREDICTED, "")
    value = value if value in texts else ""
    own = {"name": PREDICTED, "value": value, "on_change": session.keep, "args": (PREDICTED,), "width": 640}
    control.choice(st, "selectbox", english.sentence(question_notice(target)), texts, **own)
    return value or None


def _results(page: Page, found: Asked, race: Race, expected: str | None, *, best: bool) -> None:
    if not found.n_done:
        return
    sweep, target, lanes = found.sweep, race.target, race.best_rate if best else race.same_rate
    if found.is_complete:
        st.markdown(
            english.sentence(race_notice(race, best=best, expected=expected)), help=explained("race", "goal", "seeds")
        )
    chart.chart(
        lanes_plot(race, best=best),
        key="race:lanes",
        title="Epochs to the goal of every run",
        alternative=in_words(lanes),
        **opens(sweep),
    )
    groups = {OPTIMIZERS[lane.optimizer].label: (lane.places, look(lane.optimizer)["color"]) for lane in lanes}
    chart.chart(
        curves_plot(sweep, target, groups, early=True),
        key="race:curves",
        title=f"Training {kind_of(target)} of every run",
        alternative=f"The dashed line is the goal, {target.value:g}. {in_words(lanes)}",
        **opens(sweep),
        **movable(target),
    )
    st.caption(
        "Drag the dashed line, or move it by the arrow keys, to change the goal. A click on a dot or a curve opens its run."
    )
    if best:
        chart.chart(
            rates_plot(race),
            key="race:by-rate",
            title="Epochs to the goal, by learning rate and optimizer",
            alternative=f"Fastest: {in_words(race.best_rate)}",
        )
        st.caption(
            "A ring marks the rate at which an optimizer is fastest. A cross at the top: the median run never arrives. "
            "The best rate is chosen on the very runs that race, so it looks a little better than it would on new seeds."
        )
    if found.is_complete:
        _paths(page, found, lanes)
    st.download_button(
        "Table (CSV)", lambda: sweep.to_csv(target).encode(), "ffbp-race.csv", "text/csv", key="race:csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


# All paths in one plane


def _paths(page: Page, found: Asked, lanes: tuple[Lane, ...]) -> None:
    """The paths of one seed's runs over a plane through their start and two of their ends, and a timeline for all."""
    st.header("All paths on one surface", anchor=False)
    kept = [lane for lane in lanes if not found.sweep.diverged[lane.places[0]]]
    if len(kept) < 2:
        st.info("Two runs that do not diverge make a plane. Choose one more optimizer, or a smaller learning rate.")
        return
    texts = {lane.optimizer: OPTIMIZERS[lane.optimizer].label for lane in kept}
    first = sorted(kept, key=lambda lane: np.nan_to_num(lane.median, nan=np.inf))
    a, b = _ends(texts, [lane.optimizer for lane in first])
    order = sorted(kept, key=lambda lane: (lane.optimizer != a, lane.optimizer != b))
    known = _measured(found, order)
    if known is None:
        return
    surface, shown, runs = known
    paths = [_path(surface, run, lane, k) for k, (run, lane) in enumerate(zip(runs, order, strict=True))]
    away = max(float(path.distance.max()) for path in paths)
    gone = [OPTIMIZERS[lane.optimizer].label for lane in lanes if lane not in kept]
    numbers = {"seed": found.sweep.seeds[0], "a": texts[a], "b": texts[b], "distance": away, "diverged": gone}
    st.markdown(english.sentence(Notice("paths_of_a_race", "info", numbers)), help=explained("surface"))
    ends = "; ".join(
        f"{path.name} ends {path.distance[-1]:.3g} from the plane with the loss {path.loss[-1]:.4g}" for path in paths
    )
    title = "The loss over a plane of the weights, with the paths of all optimizers"
    player(page, shown, panels=("loss",))
    st.caption(f"The timeline is that of {texts[a]}; the other marks stand at the nearest recorded epoch.")
    chart.chart(surface_plot(surface, paths, "player"), key="race:map", title=title, alternative=f"{ends}.")
    title = "Distance of all paths from the plane"
    chart.chart(distance_plot(paths), key="race:distance", title=title, alternative=f"{ends}.")


def _ends(texts, by_rank) -> tuple[str, str]:
    """The two optimizers whose ends span the plane: those that were chosen, by default the fastest two."""
    chosen = session.recall(PATHS, ())
    a, b = chosen if chosen and {*chosen} <= {*texts} else by_rank[:2]
    left, right, _ = st.columns([1, 1, 2])
    for place, name, label, now, other in ((left, "a", "Through the end of", a, b), (right, "b", "and of", b, a)):
        offered = {key: text for key, text in texts.items() if key != other}
        own = {"name": f"{PATHS}:{name}", "value": now, "on_change": _set_end, "args": (name, a, b)}
        control.choice(place, "selectbox", label, offered, **own)
    return a, b


def _set_end(key, name, a, b):
    pair = (key, b) if name == "a" else (a, key)
    if key in OPTIMIZERS and len({*pair}) == 2:
        session.keep(pair, PATHS)


def _measured(found: Asked, order: list[Lane]) -> tuple[Surface, Shown, list[Run]] | None:
    """The surface, the first run for the timeline, and all runs."""
    sweep = found.sweep
    places = [int(lane.places[0]) for lane in order]
    cache, key = cache_for(sweep.config), (("paths", *(sweep.configs[place] for place in places)), None)
    known = cache.get(key)
    if known is None:
        try:
            runs = in_turns(sweep.runs(places), cache, lambda _: session.pause())
            measuring = measure_surface(runs[0], runs[1], others=runs[2:])
            surface = in_turns(measuring, cache, lambda _: session.pause())
            known = surface, Shown(runs[0], plane_of(runs[0].dataset), cache), runs
        except ConfigError as error:
            st.info(english.sentence(no_plane_notice(error.problem, runs[0], runs[1])))
            return None
        cache.put(key, known)
    return known


def _path(surface, run, lane, k) -> Path:
    name, pen = OPTIMIZERS[lane.optimizer].label, look(lane.optimizer)
    return path_on(surface, run, name, SYMBOLS[k % len(SYMBOLS)], pen["color"], pen["dash"])
