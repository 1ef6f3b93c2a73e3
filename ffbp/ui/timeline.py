"""The player: one component that receives a run's packed frames once and plays them in the browser."""

import math
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.experiment.class_link import SCORES
from ffbp.experiment.fields import MAX_UNITS
from ffbp.experiment.link import PANELS, QUANTITIES, are_panels, params_of
from ffbp.experiment.pair import Other
from ffbp.figures.latex import plain
from ffbp.figures.pack import options, pack_refinement, unrefined
from ffbp.ui import parameters, samples
from ffbp.ui.component import component
from ffbp.ui.page import PAGES, Page, link
from ffbp.ui.reports import Reports
from ffbp.ui.runs import Shown
from ffbp.ui.session import address
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.ui.sidebar.controls import change

MAX_CELL_COLUMNS = 4
CELL = "player:cell"  # kept in the session: the chosen cell of the confusion matrix
OPENED, ASKED = "player:opened", "player:asked"  # the run and its frame at first; what the player of a run asked for
ON_DEMAND = {"want": ("frames", "steps"), "measure": ("stability",)}  # what the player asks for, by event
BLOBS = {
    "frames": lambda shown, panels: shown.rest().frames(panels),
    "steps": lambda shown, panels: shown.steps(),
    "stability": lambda shown, panels: shown.stability,
}
SENDING = 0.012  # seconds; Streamlit looks for messages every 0.01
OPENING = "player:opening"  # the page on which a click opens another one, and its reports
CONFIGS, MAX_CONFIGS = "player:configs", 100  # of the latest runs of the session, by their ids
EVENTS = (
    "rest",
    "sample",
    "place",
    "cell",
    "edit",
    *ON_DEMAND,
    "unit",
    "panel",
    "quantity",
    "weight",
    "gradient",
    "branch",
)  # what the player reports
OPENS = ("unit", "gradient", "branch")  # those that open another page


def player(page: Page, shown: Shown, *, panels: tuple[str, ...] = PANELS, marks=None, edit=None) -> int:
    """Mount the player, take over the frame at which it rests and what was clicked, and return the frame.

    Call it inside a fragment. panels: which of the four to show. marks: returns the points of the plane to ring; called
    after clicks are taken over. A clicked sample becomes the view's ``sample``; if there are marks, a click on the empty
    plane becomes typed inputs. A clicked cell of the confusion matrix is kept for `cell_samples`. edit: makes the boundary
    a drawing plane; called with each change, a dict of ``kind`` ("add", "move" or "erase"), ``index`` and ``point``,
    unchecked as it comes from the browser. A clicked unit of the diagram opens on the Forward pass page, a weight's
    gradient on the Backpropagation page, a branch on the page Compare; a weight can be set, and buttons change the number of units.
    """
    covered = session.view.class_link.covered
    panels, quiet = tuple(panel for panel in panels if panel not in covered), SCORES in covered
    edit = edit if "boundary" in panels else None
    name = "_".join(panels) + "_editor" * bool(edit) + "_quiet" * quiet
    key = f"player:{name}"
    callbacks = {f"on_{event}_change": lambda: None for event in EVENTS}
    callbacks["on_sizes_change"] = lambda: _resize(key)
    callbacks["on_weight_change"] = partial(parameters.take, key, shown)
    callbacks["on_swap_change"] = lambda: _swap(key)
    session.keep({**dict([*session.recall(CONFIGS, {}).items()][-MAX_CONFIGS:]), shown.id: shown.run.config}, CONFIGS)
    run, run_id = shown.run, shown.id
    # The player's own message is always the same, so that it is sent once; what changes is carried to it.
    result = component("player")(key=key, data=options(panels, editable=bool(edit), quiet=quiet), **callbacks)
    component("carrier")(key=f"run:{name}", data=shown.first(_opened_at(shown)).blob(panels))
    told = Reports(key, result, run_id)
    _note_opened(page)
    _take_over(shown, told, marks)
    drawn = edit and told.once("edit", edit)
    if told.once("weight", partial(parameters.set_value, shown)) or drawn:
        st.rerun()  # nothing came of it, and the page says why
    frame = session.view.frame_of(run.n_frames)
    if frame == run.n_frames - 1:
        session.view = session.view.at(None)  # the last frame needs no parameter
    marked = marks() if marks else ()
    refined = shown.refined(frame, "network" in panels) if "boundary" in panels else unrefined(frame)
    view = session.view
    look = {"panel": view.panel, "present": bool(view.present), "gradients": view.gradients}
    look["answered"] = _told_sizes(key)[1]
    data = pack_refinement(run, shown.plane, frame, run_id, marked, session.adopted, **look, refined=refined)
    component("carrier")(key="refinement", data=data)
    _on_demand(name, shown, panels, told)
    address.write()
    page.draw_links()
    if any(told[event] for event in OPENS):
        session.keep((page.name, told), OPENING)
        _open_unit(run, told["unit"])
        parameters.open_gradient(shown, told["gradient"])
        _open_branch(run, told["branch"])
        told.heard(*OPENS)
    return frame


def _on_demand(name, shown, panels, told):
    """Send what the player has asked for, in the order in which it asked.

    It has a place of its own, and nothing in it moves: else Streamlit could not put together the messages of two reruns in
    quick succession (it drops some of the first one's, but none of those that the browser has kept).
    """
    whose, asked = session.recall(ASKED, (None, ()))
    before = asked if whose == (name, shown.id) else ()
    brought = (kind for event, kinds in ON_DEMAND.items() if told[event] for kind in kinds)
    asked = (*before, *(kind for kind in brought if kind not in before and (kind != "steps" or "loss" in panels)))
    session.keep(((name, shown.id), asked), ASKED)
    with st.container(gap=None, key="on-demand"):
        for kind in asked:
            if kind not in before and kind != asked[0]:
                time.sleep(SENDING)  # what came before is sent now, and not after the next has been computed
            component("carrier")(key=f"{kind}:{name}", data=BLOBS[kind](shown, panels))
    told.heard(*ON_DEMAND)


def _take_over(shown, told, marks):
    """Take over the frame at which the player rests and what was clicked. Doing it twice changes nothing."""
    run = shown.run
    rest, heard = told["rest"].get("frame"), told["rest"].get("adopted")
    if isinstance(rest, int) and 0 <= rest < run.n_frames and heard in (None, session.adopted):
        session.view = session.view.at(rest)  # the player has received the address that was adopted last
    if isinstance(row := told["sample"].get("row"), int | float):
        samples.choose_sample(row)
    if marks and told["place"]:
        samples.type_place(shown, told["place"].get("x"), told["place"].get("y"))
    if told["cell"]:
        session.keep(told["cell"], CELL)
    if told["panel"]:
        panel, present = told["panel"].get("panel"), told["panel"].get("present") is True
        session.view = session.view.showing(panel if are_panels(str(panel)) else None, present=present)
    if (quantity := told["quantity"].get("key")) in QUANTITIES:
        session.view = replace(session.view, gradients=None if quantity == QUANTITIES[0] else quantity)
    told.heard("rest", "sample", "place", "cell", "panel", "quantity")


def _note_opened(page):
    """Note that a click has opened another page, now that it is open; until then the click is not heard."""
    name, told = session.recall(OPENING, (page.name, None))
    if name != page.name:
        told.heard(*OPENS)
        session.keep((page.name, told), OPENING)


def _resize(key):
    """Take over the numbers of units that were chosen in the diagram, before the page is drawn.

    The run for which they were chosen does not matter: clicks follow each other faster than runs.
    """
    hidden, _ = _told_sizes(key)
    if len(hidden) == len(session.config.hidden) and all(units in range(1, MAX_UNITS + 1) for units in hidden):
        change(hidden=tuple(map(int, hidden)))


def _told_sizes(key):
    """The latest numbers of units that were chosen in the diagram, and the browser's time of it; ([], 0) if there are none."""
    told = (session.sent(key) or {}).get("sizes")
    hidden, at = (told.get("hidden"), told.get("at")) if isinstance(told, dict) else (None, None)
    return hidden if isinstance(hidden, list) else [], at if isinstance(at, int | float) and math.isfinite(at) else 0


def _swap(key):
    """Take the experiment of the kept run that the browser names, before the page is drawn."""
    told = (session.sent(key) or {}).get("swap")
    kept = told.get("kept") if isinstance(told, dict) else None
    if isinstance(kept, str) and kept in (configs := session.recall(CONFIGS, {})):
        session.change(configs[kept])


def _open_unit(run, told):
    """Open the Forward pass page on a unit and a frame that the browser reported."""
    layer, unit, frame = (told.get(name) for name in ("layer", "unit", "frame"))
    sizes = run.resolved.sizes
    if layer in range(1, len(sizes)) and unit in range(1, sizes[int(layer)] + 1) and frame in range(run.n_frames):
        view = session.view.with_unit(layer, unit).at(None if frame == run.n_frames - 1 else int(frame))
        params = {**session.config.to_params(), **view.to_params()}
        address.go("pages/forward_pass.py", params)


def _open_branch(run, told):
    """Open the page Compare with a B that begins at a frame that the browser reported, and on that frame."""
    if (frame := told.get("frame")) in range(run.n_frames):
        view = session.view.compared(Other(start=int(frame))).at(None if frame == run.n_frames - 1 else int(frame))
        params = {**session.config.to_params(), **view.to_params()}
        address.go("pages/compare.py", params)


def _opened_at(shown: Shown) -> int:
    """The frame at which this session first showed the run. It stays, so that the run is not sent again at each frame."""
    run_id, frame = session.recall(OPENED, (None, 0))
    if run_id != shown.id:
        frame = session.view.frame_of(shown.run.n_frames)
        session.keep((shown.id, frame), OPENED)
    return frame


def cell_samples(shown: Shown, frame: int) -> None:
    """The samples in the chosen cell of the confusion matrix at a frame; one of them can be opened."""
    cell, dataset = session.recall(CELL, {}), shown.run.dataset
    if cell.get("run") != shown.id:
        return
    classes, truth, guess = range(dataset.n_classes), cell.get("truth"), cell.get("guess")
    part = next((part for part in dataset.parts if part.name == cell.get("part")), None)
    if part is None or truth not in classes or guess not in classes:
        return
    network, names = shown.run.network(frame), dataset.class_names
    chosen = np.flatnonzero((part.y == truth) & (network.predict(part.X) == guess))
    with st.container(border=True):
        words, close = st.columns([6, 1], vertical_alignment="center")
        count = f"**{len(chosen)}** {part.name} {'sample' if len(chosen) == 1 else 'samples'}"
        words.markdown(
            f"{count} of class **{plain(names[truth])}**, predicted as **{plain(names[guess])}**, at epoch "
            f"{shown.run.history.epoch[frame]}. Tick a row to open its sample."
        )
        close.button("Close", key="cell:close", on_click=session.keep, args=({}, CELL), width="stretch")
        if len(chosen):
            key = f"cell:table:{part.name}:{truth}:{guess}:{frame}"
            _cell_table(_cell_columns(dataset, part, network, chosen), key)


def _cell_columns(dataset, part, network, chosen):
    """The chosen samples as columns: row, first inputs, output of each class."""
    outputs = network.predict_proba(part.X[chosen])
    shares = outputs if outputs.shape[1] > 1 else np.column_stack([1 - outputs, outputs])
    what = "p" if network.gives_probabilities else "output"
    inputs = {dataset.feature_names[c]: part.raw[chosen, c] for c in dataset.columns[:MAX_CELL_COLUMNS]}
    of_classes = {f"{what}({name})": shares[:, k] for k, name in enumerate(dataset.class_names)}
    return {"sample": part.rows[chosen]} | inputs | of_classes


def _cell_table(columns, key):
    """Samples of a cell, and links that open the ticked one."""
    rows = columns["sample"]
    own = {"key": key, "on_select": "rerun", "selection_mode": "single-row"}
    event = st.dataframe(pd.DataFrame(columns), hide_index=True, height=min(38 + 35 * len(rows), 260), **own)
    if ticked := [i for i in event.selection.rows if i < len(rows)]:
        view = session.view.with_row(rows[ticked[0]])
        params = address.offer(params_of(session.config, view))
        for path in ("pages/forward_pass.py", "pages/backpropagation.py"):
            link(path, f"Sample {view.sample}: {PAGES[path]}", params)


@fragment
def timeline(page: Page, shown: Shown) -> None:
    """The Playground's player and the samples of the chosen cell. The player at rest gets the refined boundary."""
    cell_samples(shown, player(page, shown))
