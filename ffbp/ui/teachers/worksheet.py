"""A worksheet with its key: of what, what is left blank, how many variants, and the page to print."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from ffbp.analysis.summary import title
from ffbp.experiment.config import Config
from ffbp.experiment.link import View, params_of
from ffbp.export.worksheet import worksheet
from ffbp.figures import notation
from ffbp.figures.latex import plain
from ffbp.lessons.presets import PRESETS
from ffbp.lessons.sheet import KINDS, MAX_VARIANT, Sheet, TooLarge, choices, sheet_of
from ffbp.training.run import Run
from ffbp.ui.runs import Shown
from ffbp.ui.samples import sample_in_view
from ffbp.ui.session import address, control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.ui.teachers.lesson_sheets import lesson_sheets, paper_choice
from ffbp.words.numbers import format_number
from ffbp.words.of_an_item import RUNGS

MAX_VARIANTS, N_VARIANTS = 40, 3
EXAMPLES = ("two_two_one", "worked_example")  # presets with numbers short enough for paper


FROM = {"experiment": "This experiment", "lesson": "Steps of a lesson"}


@fragment
def printed_worksheet(shown: Shown, run_of: Callable[[Config], Run]) -> None:
    """The section: a sheet of this experiment at its epoch and sample with variants of it, or sheets of a lesson's steps.

    run_of: trains a lesson's experiment.
    """
    st.markdown(
        "One step of training by hand, to print: a picture, the given numbers, blanks and formulas. The keys, with all steps, come "
        "at the end."
    )
    own = {"format_func": FROM.__getitem__, "default": "experiment", "required": True, "key": "teachers:from"}
    if st.segmented_control("A sheet of", list(FROM), **own) == "lesson":
        lesson_sheets(run_of)
    else:
        _of_the_experiment(shown)


def _of_the_experiment(shown):
    frame = session.view.frame_of(shown.run.n_frames)
    sheets = partial(_sheet, shown, _sample(shown), frame)
    try:
        whole = sheets(KINDS, (), 0)
    except TooLarge as error:
        st.info(plain(f"{str(error)[0].upper()}{str(error)[1:]}. Open one of these instead, or take a lesson's steps."))
        _examples()
        return
    kinds, only = _blanks(whole)
    chosen, example = partial(sheets, kinds, only), sheets(kinds, only, 0)
    if not example.blanks:
        st.info("Choose at least one kind of number to leave blank, and units that have some.")
        return
    variants, paper = _choices()
    place = params_of(shown.run.config, View(frame=session.view.frame, sample=session.view.sample))
    about = {"paper": paper, "name": title(shown.run), "link": address.of_dashboard(place, "forward_pass")}
    own = {"key": "teachers:worksheet", "on_click": "ignore", "icon": ":material/download:"}
    text = partial(_text, chosen, variants, about)
    st.download_button("Worksheet and key", text, "worksheet.html", "text/html", **own)
    blanks, epoch = len(example.blanks), shown.run.history.epoch[frame]
    count = f"{len(variants)} sheets with {blanks} {'blank' if blanks == 1 else 'blanks'} each, the first"
    count = count if len(variants) > 1 else f"One sheet with {blanks} {'blank' if blanks == 1 else 'blanks'},"
    st.caption(f"{count} with the numbers of epoch {epoch}. Open the file in a browser and print it.")
    _first_key(example)


def _blanks(whole) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The kinds of numbers that are left blank, and the layers, units or numbers to which that is limited, if to some."""
    own = {
        "selection_mode": "multi",
        "default": list(KINDS),
        "format_func": RUNGS.__getitem__,
        "key": "teachers:blanks",
    }
    kinds = st.pills("Blanks", list(KINDS), **own)
    about = "Layers, units or single numbers: all others are printed."
    own = {"placeholder": "All of them", "format_func": _in_words, "help": about, "key": "teachers:only"}
    known = choices(whole.rows)
    only = st.multiselect("Only these", known, **own)
    return tuple(kinds), tuple(each for each in only if each in known)


def _in_words(choice):
    layer, dot, unit = choice.partition(".")
    if not layer.isdigit():
        return choice
    return f"layer {layer}, unit {unit}" if dot else f"layer {layer}"


def _choices() -> tuple[tuple[int, ...], str]:
    """The variants, the experiment itself first, and the paper."""
    left, middle, right = st.columns(3)
    n = left.number_input("Variants with other numbers", 0, MAX_VARIANTS, N_VARIANTS, key="teachers:sheets")
    about, last = "The same variant always has the same numbers.", MAX_VARIANT - MAX_VARIANTS
    first = middle.number_input("First variant", 1, last, 1, key="teachers:sheet", help=about)
    paper = paper_choice(right)
    return (0, *range(int(first), int(first) + int(n))), paper


def _examples():
    """Experiments that fit on paper, each at the epoch of its round numbers."""
    for key in EXAMPLES:
        preset = PRESETS[key]
        own = {"on_click": session.start, "args": (preset.config, preset.frame), "icon": ":material/arrow_forward:"}
        st.button(preset.label, key=f"teachers:example:{key}", **own)


def _sample(shown) -> tuple[np.ndarray, np.ndarray]:
    """The chosen sample; typed inputs have no target, so the first training sample stands for them."""
    data, sample = shown.run.dataset, sample_in_view(shown.run.dataset)
    return (sample.X, sample.y) if sample.y is not None else (data.X_train[:1], data.y_train[:1])


def _sheet(shown, sample, frame, kinds, only, variant) -> Sheet:
    network, rate = shown.run.network(frame), shown.run.config.learning_rate
    return sheet_of(network, *sample, rate=rate, kinds=kinds, only=only, variant=variant)


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
        lines.append(f"{notation.sentence_markdown(row.name)} = **{plain(format_number(row.item.value))}**")
    box.markdown("&emsp; ".join(lines))
