"""The address bar: the configuration's parameters and the view's, read, validated and written in one place.

Who wins: a rerun whose address is not the one that was written last (a first request, Back, an edited link) adopts the
address; otherwise the widgets' change stands and the address is written from it.
"""

import math

import streamlit as st

from ffbp.config import FOREIGN_PARAMS, MAX_COLUMNS, MAX_LAYERS, MAX_UNITS, Config
from ffbp.tables import MAX_CLASSES, MAX_ROWS
from ffbp.training import MAX_FRAMES

# The view's parameters: what is merely looked at. Names are disjoint from the configuration's.
VIEW = {
    "frame": (0, MAX_FRAMES - 1),
    "across": (0, MAX_COLUMNS - 1),
    "up": (0, MAX_COLUMNS - 1),
    "pca": (0, 1),
    "sample": (0, MAX_ROWS - 1),
    "layer": (1, MAX_LAYERS + 1),  # the output, too
    "unit": (1, MAX_UNITS),
    "wanted": (0, MAX_CLASSES - 1),
}
INPUTS = "x"  # typed inputs, numbers joined by "_"
MAX_INPUTS, MAX_INPUT_TEXT = 784, 20_000  # as many as the largest images have pixels
CONFIG, VIEW_STATE, WRITTEN, WARNINGS = "config", "view", "address:written", "address:warnings"
ADOPTED = "address:adopted"


def adopt() -> None:
    """Make the session's configuration and view those of the address, if the address is new."""
    current = {key: value for key, value in st.query_params.items() if not _is_foreign(key)}
    if CONFIG in st.session_state and current == st.session_state.get(WRITTEN):
        return
    own = {key: value for key, value in current.items() if key not in VIEW and key != INPUTS}
    config, warnings = Config.from_params(own)
    view, view_warnings = _view_from(current)
    st.session_state[CONFIG] = config
    st.session_state[VIEW_STATE] = view
    st.session_state[WARNINGS] = warnings + view_warnings
    st.session_state[WRITTEN] = current
    st.session_state[ADOPTED] = st.session_state.get(ADOPTED, 0) + 1


def write() -> None:
    """Write the session's configuration and view into the address; what embedding added stays."""
    params = {**st.session_state[CONFIG].to_params(), **{k: str(v) for k, v in st.session_state[VIEW_STATE].items()}}
    foreign = {key: value for key, value in st.query_params.items() if _is_foreign(key)}
    if {**params, **foreign} != dict(st.query_params.items()):
        st.query_params.from_dict({**params, **foreign})
    st.session_state[WRITTEN] = params


def set_config(config: Config, *, frame: int | None = None) -> None:
    """A new experiment: its frames are not the old one's, so it is shown at its end, or at the frame given."""
    st.session_state[CONFIG] = config
    st.session_state[WARNINGS] = []
    view = st.session_state[VIEW_STATE]
    view.pop("frame", None)
    if frame is not None:
        view["frame"] = frame
        view.pop("sample", None)
        view.pop(INPUTS, None)
        st.session_state[ADOPTED] += 1


def look_at(name: str, chosen) -> bool:
    """Note a choice in the view. A text is no choice: the browser sent it before it learned that the option is gone."""
    if is_choice := isinstance(chosen, int):
        st.session_state[VIEW_STATE][name] = chosen
    return is_choice


def params() -> dict[str, str]:
    """The parameters of links to other pages."""
    return dict(st.session_state[WRITTEN])


def _view_from(current):
    view, warnings = {}, []
    for key, (low, high) in VIEW.items():
        if key not in current:
            continue
        text = str(current[key])
        if text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
            view[key] = int(text)
        else:
            warnings.append(f"{key} must be from {low} to {high}, got {text[:40]!r}; the default is used")
    if INPUTS in current:
        numbers = [as_number(text) for text in str(current[INPUTS])[:MAX_INPUT_TEXT].split("_")]
        if len(numbers) <= MAX_INPUTS and None not in numbers:
            view[INPUTS] = "_".join(repr(number).removesuffix(".0") for number in numbers)
        else:
            warnings.append(
                f"{INPUTS} must be finite numbers joined by _, got {str(current[INPUTS])[:40]!r}; it was left out"
            )
    return view, warnings


def as_number(text: str) -> float | None:
    """A typed number with a decimal point or comma; None if it is not a finite number."""
    text = text.strip().replace("−", "-").replace(",", ".")
    if not text.isascii() or "_" in text or len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_foreign(key) -> bool:
    return str(key).startswith(FOREIGN_PARAMS)
