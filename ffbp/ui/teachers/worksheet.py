"""A worksheet with its key: what is left blank, how many variants, and the page to print."""

from functools import partial

import numpy as np
import streamlit as st

from ffbp.analysis.summary import title
from ffbp.experiment.link import View, params_of
from ffbp.export.worksheet import PAPERS, worksheet
from ffbp.figures import notation
from ffbp.figures.latex import plain
from ffbp.lessons.presets import PRESETS
from ffbp.lessons.sheet import KINDS, MAX_VARIANT, UPDATE, Sheet, TooLarge, sheet_of
from ffbp.ui.page import link
from ffbp.ui.runs import Shown
from ffbp.ui.samples import sample_in_view
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number
from ffbp.words.of_an_item import RUNGS

MAX_VARIANTS, N_VARIANTS = 40, 3
EXAMPLES = ("two_two_one", "worked_example")  # presets with numbers short enough for paper
TEACHERS = "pages/teachers.py"


@fragment
def printed_worksheet(shown: Shown) -> None:
    """The section: this experiment at its epoch and sample as a sheet, and variants of it."""
    st.markdown(
        "One step of training by hand, to print: picture, given numbers, blanks and formulas; the keys with all steps stand at the "
        "end. Variants have the same layers with other, short numbers."
    )
    frame = session.view.frame_of(shown.run.n_frames)
    sheets = partial(_sheet, shown, _sample(shown), frame)
    try:
        sheets(KINDS, 0)
    except TooLarge as error:
        st.info(plain(f"{str(error)[0].upper()}{str(error)[1:]}. Open one of these instead."))
        _examples()
        return
    own = {
        "selection_mode": "multi",
        "default": list(KINDS),
        "format_func": RUNGS.__getitem__,
        "key": "teachers:blanks",
    }
    kinds = st.pills("Blanks", list(KINDS), **own)
    if not kinds:
        st.info("Choose at least one kind of number to leave blank.")
        return
    variants, paper = _choices()
    chosen, example = partial(sheets, tuple(kinds)), sheets(tuple(kinds), 0)
    place = params_of(shown.run.config, View(frame=session.view.frame, sample=session.view.sample))
    about = {"paper": paper, "name": title(shown.run), "link": address.of_dashboard(place, "forward_pass")}
    own = {"key": "teachers:worksheet", "on_click": "ignore", "icon": ":material/download:"}
    text = partial(_text, chosen, variants, about)
    st.download_button("Worksheet and key", text, "worksheet.html", "text/html", **own)
    blanks, epoch = len(example.blanks), shown.run.history.epoch[frame]
    several = len(variants) > 1
    count = (
        f"{len(variants)} sheets with {blanks} blanks each, the first"
        if several
        else f"One sheet with {blanks} blanks,"
    )
    st.caption(f"{count} with the numbers of epoch {epoch}. Open the file in a browser and print it.")
    _first_key(example)


def _choices() -> tuple[tuple[int, ...], str]:
    """The variants, the experiment itself first, and the paper."""
    left, middle, right = st.columns(3)
    n = left.number_input("Variants with other numbers", 0, MAX_VARIANTS, N_VARIANTS, key="teachers:sheets")
    about, last = "The same variant always has the same numbers.", MAX_VARIANT - MAX_VARIANTS
    first = middle.number_input("First of them", 1, last, 1, key="teachers:sheet", help=about)
    paper = right.segmented_control("Paper", list(PAPERS), default="A4", required=True, key="teachers:paper")
    return (0, *range(int(first), int(first) + int(n))), paper


def _examples():
    """Links to experiments that fit on paper, each at the epoch of its round numbers."""
    for key in EXAMPLES:
        preset = PRESETS[key]
        params = address.offer(params_of(preset.config, View(frame=preset.frame)))
        link(TEACHERS, preset.label, params, icon=":material/arrow_forward:")


def _sample(shown) -> tuple[np.ndarray, np.ndarray]:
    """The chosen sample; typed inputs have no target, so the first training sample stands for them."""
    data, sample = shown.run.dataset, sample_in_view(shown.run.dataset)
    return (sample.X, sample.y) if sample.y is not None else (data.X_train[:1], data.y_train[:1])


def _sheet(shown, sample, frame, kinds, variant) -> Sheet:
    network, rate = shown.run.network(frame), shown.run.config.learning_rate
    return sheet_of(network, *sample, rate=rate, kinds=kinds, variant=variant)


def _text(sheets, variants, about) -> str:
    """The file, written when its button is pressed."""
    return worksheet([sheets(variant) for variant in variants], **about)


def _first_key(sheet):
    """The key of the first sheet, folded."""
    box = control.opened("The first key", key="teachers:key")
    if not box:
        return
    lines = []
    for row in sheet.blanks:
        name = f"{'new ' if row.part == UPDATE else ''}${notation.as_latex(row.item.name)}$"
        lines.append(f"{name} = **{plain(format_number(row.item.value))}**")
    box.markdown("&emsp; ".join(lines))
