"""Parts of several pages: notices, recorded numbers, gradient check, source code."""

import inspect
import textwrap

import pandas as pd
import streamlit as st

from ffbp.analysis.notices import effect
from ffbp.core.gradcheck import STEP, WIDE_STEP, GradientCheck, check_gradients
from ffbp.core.network import Network
from ffbp.data.dataset import Dataset
from ffbp.experiment.class_link import SCORES
from ffbp.experiment.differences import differences
from ffbp.figures.blob import as_text, with_id
from ffbp.figures.pack import PLAYER
from ffbp.lessons.course import course
from ffbp.lessons.explaining import lesson_for
from ffbp.lessons.presets import PRESETS
from ffbp.training.loop import Training
from ffbp.ui.class_link import hides
from ffbp.ui.component import component
from ffbp.ui.lessons.panel import is_asking
from ffbp.ui.lessons.running import open_lesson
from ffbp.ui.page import Page
from ffbp.ui.runs import Shown, known
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment
from ffbp.ui.session.state import session
from ffbp.words import english

CHECK_NUMBERS = 40_000_000  # cost limit of a gradient check: parameters times samples times units
DISAGREE = 1e-4  # a relative error that no rounding makes
CHECKED = (
    f"Moves each parameter up and down by {WIDE_STEP:g} and by twice that, and compares the change of the loss with the "
    f"gradient. If a kink lies in between, or if this is not exact enough, {STEP:g} and twice that are used instead."
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
FIRST = ("straight", "effect")  # of the remarks
NOTICES = "notices"
QUIET = "No warnings. Play the training from its start, or change a control."


def notices(page: Page, shown: Shown) -> None:
    """One line beside the title, in order of urgency: warnings, the hint of the chosen preset, remarks.

    None while the front door is open, or while a lesson's task waits for its answer, which they may tell.
    """
    if page.is_front or is_asking() or session.view.class_link.tells_nothing:
        return
    run = shown.run

    before = known(session.past[-1]) if session.past else None
    changed = [each.field for each in differences(before.config, run.config)] if before else []

    def item(level, text, frame=None, key=""):
        epoch = None if frame is None else int(run.history.epoch[frame])
        lesson = None if session.view.lesson or session.view.class_link.exists else lesson_for(key, changed)
        title = lesson and course()[lesson].title
        return {"level": level, "text": text, "frame": frame, "epoch": epoch, "lesson": lesson, "title": title}

    told = sorted(
        [*shown.notices, *(effect(before, run) if before else ())], key=lambda notice: notice.key not in FIRST
    )
    found = [item(notice.level, english.sentence(notice), notice.frame, notice.key) for notice in told]
    texts = [preset.hint for preset in PRESETS.values() if preset.config == run.config] or ([] if found else [QUIET])
    hints = [item("hint", text) for text in texts]
    items = [*(i for i in found if i["level"] != "info"), *hints, *(i for i in found if i["level"] == "info")]
    content = {"run": shown.id, "player": PLAYER, "items": items}
    with page.words:
        component(NOTICES)(key=NOTICES, data=with_id(as_text(content)), on_lesson_change=_explain)


def _explain() -> None:
    """Open the lesson that explains a notice."""
    if (key := session.sent(NOTICES, {}).get("lesson")) in course():
        open_lesson(key)


@fragment
def moment_table(shown: Shown) -> None:
    """A table of all recorded numbers with all digits, one row per recorded epoch; not while a task hides them."""
    if session.view.class_link.tells_nothing:
        return
    if box := control.opened("All numbers, epoch by epoch", key="numbers"):
        box.dataframe(_numbers(shown.run.history), hide_index=True, height=300)


def _numbers(history):
    overview = pd.DataFrame({name: getattr(history, name) for name in OF_A_FRAME}).dropna(axis="columns", how="all")
    for l in range(history.grad_norm.shape[1]):
        for name in OF_A_LAYER:
            overview[f"layer {l + 1} {name}"] = getattr(history, name)[:, l]
    return overview


def check_of(network: Network, dataset: Dataset, where: str) -> tuple[GradientCheck, str]:
    """The gradient check on at most as many samples as CHECK_NUMBERS allows, and its result in words. where: the moment."""
    n_train = len(dataset.X_train)
    n = max(1, min(n_train, CHECK_NUMBERS // (network.n_params * sum(network.sizes[1:]))))
    check = check_gradients(network, dataset.X_train[:n], dataset.y_train[:n])
    part = f"all {n}" if n == n_train else f"the first {n} of {n_train}"
    found = "agree within a relative error of" if check.max_relative_error < DISAGREE else "**disagree**, by up to"
    words = (
        f"{where}, on {part} training samples, **{check.n_checked}** parameters {found} "
        f"**{check.max_relative_error:.1e}**. Worst: `{check.worst}`, backward "
        f"`{check.worst_analytic:.10g}`, difference quotient `{check.worst_numeric:.10g}`."
    )
    if check.n_kinks:
        words += f" For {check.n_kinks} more, a kink of the activation lies in between, where there is no slope."
    if check.n_drowned:
        words += f" For {check.n_drowned} more, the change in loss is smaller than rounding error, so they cannot be checked."
    return check, words


@fragment
def gradient_check(shown: Shown) -> None:
    """A button that compares every gradient on screen with the slope of the loss on screen."""
    run = shown.run
    with st.expander("Check the gradient"):
        if hides("gradients", SCORES):
            return
        if not st.button("Check every gradient numerically", key="check"):
            st.caption(CHECKED)
            return
        frame = session.view.frame_of(run.n_frames)
        check, words = check_of(run.network(frame), run.dataset, f"At epoch {run.history.epoch[frame]}")
        st.markdown(words)
        table = {"parameter": check.names, "backward": check.analytic, "slope": check.numeric}
        table["relative error"] = check.relative_error
        st.dataframe(pd.DataFrame(table), hide_index=True, height=240)


@fragment
def source_code() -> None:
    """The package's code of one training step."""
    if box := control.opened("Source code of one training step", key="code"):
        with box:
            sources(Network.propagate, Network.output_delta, Network.backpropagate, Training.update)


def sources(*functions) -> None:
    """The source of functions and methods of the package."""
    for function in functions:
        st.code(textwrap.dedent(inspect.getsource(function)), language="python")
