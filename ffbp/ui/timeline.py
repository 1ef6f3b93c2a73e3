"""The timeline and its panels: one component that gets a run's packed frames once and plays in the browser."""

from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from ffbp.figures.latex import plain
from ffbp.figures.pack import PANELS, pack_refinement, unrefined
from ffbp.ui import address, samples
from ffbp.ui.catching_up import catch_up
from ffbp.ui.chart import supply_plotly
from ffbp.ui.component import component
from ffbp.ui.page import PAGES, draw_links
from ffbp.ui.runs import Shown

CELL = "cell"  # in the session: the chosen cell of the confusion matrix
MAX_CELL_COLUMNS = 4
EVENTS = ("rest", "sample", "place", "cell", "edit")  # what the player tells of


def player(shown: Shown, *, panels: tuple[str, ...] = PANELS, marks=None, edit=None) -> int:
    """Mount the player; note its frame at rest and what was clicked; returns the frame. Call it inside a fragment.

    panels: which of the four to show. marks: a function that gives the points of the plane to ring, called when a click
    has been noted. A clicked sample goes into the view's ``sample`` as the row in the source; where samples are ringed, a
    click on the empty plane becomes typed inputs. A clicked cell of the confusion matrix is kept for `cell_samples`.
    edit: makes the boundary a drawing plane; called with each change, a dict of ``kind`` ("add", "move" or "erase"),
    ``index`` and ``point``, unchecked as it comes from the browser.
    """
    catch_up()
    name = "_".join(panels) + "_editor" * bool(edit)
    callbacks = {f"on_{event}_change": lambda: None for event in (*EVENTS, "plotly")}
    data = shown.packed.blob(panels, editable=bool(edit))
    result = component("player")(key=f"player:{name}", data=data, **callbacks)
    view, run = st.session_state[address.VIEW_STATE], shown.run
    run_id, last = shown.id, run.n_frames - 1
    told = {event: _news(name, event, result, run_id) for event in EVENTS}
    rest, heard = told["rest"].get("frame"), told["rest"].get("adopted")
    if isinstance(rest, int) and 0 <= rest <= last and heard in (None, st.session_state[address.ADOPTED]):
        view["frame"] = rest  # where the player knows of the address that was adopted last
    if isinstance(row := told["sample"].get("row"), int | float):
        samples.choose_sample(row)
    if marks and told["place"]:
        samples.type_place(shown, told["place"].get("x"), told["place"].get("y"))
    if told["cell"]:
        st.session_state[CELL] = told["cell"]
    if edit and told["edit"]:
        edit(told["edit"])
    if view.get("frame", 0) >= last:
        view.pop("frame", None)  # the end needs no parameter
    frame = view.get("frame", last)
    marked, adopted = marks() if marks else (), st.session_state[address.ADOPTED]
    refined = shown.refined(frame) if "boundary" in panels else unrefined(frame)
    data = pack_refinement(run, shown.plane, frame, run_id, marked, adopted, refined=refined)
    component("refinement")(key="refinement", data=data)
    supply_plotly(result)
    address.write()
    draw_links()
    return frame


def _news(player_name, event, result, run_id) -> dict:
    """What the player tells of this run for the first time; {} if it is old, or about another run."""
    value, seen = getattr(result, event), f"player:{player_name}:{event}"
    if not isinstance(value, dict) or value.get("run") != run_id or value == st.session_state.get(seen):
        return {}
    st.session_state[seen] = value
    return value


def cell_samples(shown: Shown, frame: int) -> None:
    """The samples behind the chosen cell of the confusion matrix, at the frame; one of them can be opened."""
    cell, dataset = st.session_state.get(CELL, {}), shown.run.dataset
    if cell.get("run") != shown.id:
        return
    n, part = dataset.n_classes, cell.get("part")
    truth, guess = cell.get("truth"), cell.get("guess")
    if part not in ("train", "test") or truth not in range(n) or guess not in range(n):
        return
    X, y, raw, rows = (getattr(dataset, f"{name}_{part}") for name in ("X", "y", "raw", "rows"))
    network = shown.run.network(frame)
    chosen = np.flatnonzero((y == truth) & (network.predict(X) == guess))
    names = dataset.class_names
    with st.container(border=True):
        words, close = st.columns([6, 1], vertical_alignment="center")
        count = f"**{len(chosen)}** {part} {'sample' if len(chosen) == 1 else 'samples'}"
        words.markdown(
            f"{count} of class **{plain(names[truth])}**, predicted as **{plain(names[guess])}**, at epoch "
            f"{shown.run.history.epoch[frame]}. Tick one to open it."
        )
        close.button("Close", key="cell:close", on_click=st.session_state.pop, args=(CELL, None), width="stretch")
        if not len(chosen):
            return
        outputs = network.predict_proba(X[chosen])
        shares = outputs if outputs.shape[1] > 1 else np.column_stack([1 - outputs, outputs])
        table = {"sample": rows[chosen]} | {
            dataset.feature_names[c]: raw[chosen, c] for c in dataset.columns[:MAX_CELL_COLUMNS]
        }
        what = "p" if network.gives_probabilities else "output"
        table |= {f"{what}({name})": shares[:, k] for k, name in enumerate(names)}
        event = st.dataframe(
            pd.DataFrame(table), hide_index=True, height=min(38 + 35 * len(chosen), 260), on_select="rerun",
            selection_mode="single-row", key=f"cell:table:{part}:{truth}:{guess}:{frame}",
        )  # fmt: skip
        if ticked := [i for i in event.selection.rows if i < len(chosen)]:
            params = address.params() | {"sample": str(int(rows[chosen[ticked[0]]]))}
            params.pop(address.INPUTS, None)
            for path in ("pages/forward_pass.py", "pages/backpropagation.py"):
                with suppress(StreamlitPageNotFoundError):
                    st.page_link(
                        path, label=f"Sample {params['sample']}: {PAGES[path]}", query_params=address.offer(params)
                    )


@st.fragment
def timeline(shown: Shown) -> None:
    """The Playground's player: coming to rest asks the server for the refined boundary, and what stands behind a cell."""
    frame = player(shown)
    cell_samples(shown, frame)
