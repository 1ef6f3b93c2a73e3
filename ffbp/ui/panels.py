"""The line of notices above the timeline; below it the numbers of a moment, the gradient check, the code that ran."""

import inspect
import textwrap

import pandas as pd
import streamlit as st

from ffbp.core.gradcheck import STEP, WIDE_STEP, GradientCheck, check_gradients
from ffbp.core.network import Network
from ffbp.figures.blob import as_text, with_id
from ffbp.figures.pack import PLAYER
from ffbp.lessons.presets import PRESETS
from ffbp.training.loop import Training
from ffbp.training.run import Run
from ffbp.ui.component import component
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words import english

CHECK_NUMBERS = 40_000_000  # parameters times samples times units that one look at the gradient check may cost
CHECKED = (
    f"Each parameter is moved up and down by {WIDE_STEP:g} and by twice that; the loss must change as backpropagation says. "
    f"Where that crosses a kink or is not sure to enough digits, it is moved again, by {STEP:g} and twice that."
)
OF_A_FRAME = ("epoch", "train_loss", "test_loss", "penalty", "train_accuracy", "test_accuracy", "train_r2", "test_r2")
OF_A_LAYER = (
    "grad_norm",
    "grad_norm_b",
    "grad_rms",
    "clipped_norm",
    "update_norm",
    "weight_norm",
    "inactive",
    "saturated",
)
QUIET = "No warnings. Play the training from its start, or change a control."


def notices(page: Page, shown: Shown) -> None:
    """One line beside the title, the most urgent thing first: warnings, what a preset asks to look at, remarks."""
    run = shown.run
    found = [
        {
            "level": notice.level,
            "text": english.sentence(notice),
            "frame": notice.frame,
            "epoch": None if notice.frame is None else int(run.history.epoch[notice.frame]),
        }
        for notice in shown.notices
    ]
    hints = [preset.hint for preset in PRESETS.values() if preset.config == run.config] or ([] if found else [QUIET])
    remarks = [item for item in found if item["level"] == "info"]
    items = [item for item in found if item not in remarks]
    items += [{"level": "hint", "text": text, "frame": None, "epoch": None} for text in hints] + remarks
    content = {"run": shown.id, "player": PLAYER, "items": items}
    with page.words:
        component("notices")(key="notices", data=with_id(as_text(content)))


@fragment
def moment_table(shown: Shown) -> None:
    """All recorded numbers of each frame, a row a layer, as a table with full digits."""
    box = control.opened("Numbers of every moment", key="numbers")
    if box:
        box.dataframe(_numbers(shown.run.history), hide_index=True, height=300)


def _numbers(history):
    overview = pd.DataFrame({name: getattr(history, name) for name in OF_A_FRAME}).dropna(axis="columns", how="all")
    for l in range(history.grad_norm.shape[1]):
        for name in OF_A_LAYER:
            overview[f"layer {l + 1} {name}"] = getattr(history, name)[:, l]
    return overview


def check_of(run: Run, frame: int) -> tuple[GradientCheck, str]:
    """Every gradient at a frame against the slope of the loss, on as many samples as one look may cost; and in words."""
    network, dataset = run.network(frame), run.dataset
    n_train = len(dataset.X_train)
    n = max(1, min(n_train, CHECK_NUMBERS // (network.n_params * sum(network.sizes[1:]))))
    check = check_gradients(network, dataset.X_train[:n], dataset.y_train[:n])
    part = f"all {n}" if n == n_train else f"the first {n} of {n_train}"
    words = (
        f"At epoch {run.history.epoch[frame]}, on {part} training samples, **{check.n_checked}** parameters agree to a "
        f"relative error of **{check.max_relative_error:.1e}** or better. Worst: `{check.worst}`, backward "
        f"`{check.worst_analytic:.10g}`, difference quotient `{check.worst_numeric:.10g}`."
    )
    if check.n_kinks:
        words += f" {check.n_kinks} more lie across a kink, where a slope does not exist."
    if check.n_drowned:
        words += f" {check.n_drowned} more move the loss by less than rounding does, which no quotient can see."
    return check, words


@fragment
def gradient_check(shown: Shown) -> None:
    """One click: is the gradient on screen the slope of the loss on screen?"""
    run = shown.run
    with st.expander("Check the gradient"):
        if not st.button("Compare every gradient with the slope of the loss", key="check"):
            st.caption(CHECKED)
            return
        check, words = check_of(run, session.view.frame_of(run.n_frames))
        st.markdown(words)
        table = {
            "parameter": check.names,
            "backward": check.analytic,
            "slope": check.numeric,
            "relative error": check.relative_error,
        }
        st.dataframe(pd.DataFrame(table), hide_index=True, height=240)


@fragment
def source_code() -> None:
    """The code that ran, as it is in the package."""
    box = control.opened("The code that ran", key="code")
    if box:
        with box:
            sources(Network.propagate, Network.output_delta, Network.backpropagate, Training.update)


def sources(*functions) -> None:
    """The source of functions and methods, as it is in the package, each to be copied and run."""
    for function in functions:
        st.code(textwrap.dedent(inspect.getsource(function)), language="python")
