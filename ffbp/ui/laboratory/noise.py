"""The view Noise: how much the gradient of a mini-batch differs from that of the whole training set."""

from dataclasses import replace

import numpy as np
import streamlit as st

from ffbp.analysis.noise import batch_gradients, batch_noise, noise_notice, order_of
from ffbp.figures.laboratory import batches_plot, error_plot
from ffbp.ui.chart import chart
from ffbp.ui.page import LINK_ICON, Page
from ffbp.ui.runs import Shown
from ffbp.ui.session import control
from ffbp.ui.session.fragments import fragment, note_view
from ffbp.ui.session.state import session
from ffbp.ui.timeline import player
from ffbp.words import english
from ffbp.words.glossary import explained
from ffbp.words.numbers import format_number

FAULTY = " So is the experiment's fault: these are the right gradients."
TOO_LARGE = "At this epoch the gradient is not finite, or too large to measure. Choose an earlier one."
USUAL_SIZE = 16  # of a batch, if the run itself takes all samples at once


def noise(page: Page) -> None:
    """The timeline, the batches of the epoch that follows, and the error against the batch size."""
    with page.words:
        st.markdown(
            "The gradient of a batch differs from that of the whole training set. The mean size of this error is known exactly."
        )
    shown = page.trained()
    n, size = len(shown.run.dataset.X_train), session.view.lab_batch
    if size is not None and size > n:
        page.warnings.warning(f"lab_batch must be from 1 to {n}, got {size}; the usual size is shown", icon=LINK_ICON)
        session.view = replace(session.view, lab_batch=None)
    _view(page, shown)
    page.draw_sidebar()


@fragment
def _view(page: Page, shown: Shown) -> None:
    note_view("lab_batch")
    frame = player(page, shown, panels=("loss",))
    run = shown.run
    X, y, network = run.dataset.X_train, run.dataset.y_train, run.network(frame)
    n, epoch = len(X), int(run.history.epoch[frame])
    if not np.isfinite(network.theta).all() or not np.isfinite(network.grad).all():
        st.info(TOO_LARGE)
        return
    found = batch_noise(network, X, y)
    if not np.isfinite([found.length, found.variance]).all():
        st.info(TOO_LARGE)
        return
    batch_size = _batch_size(n, run.resolved.batch_size)
    order = order_of(run.config, n, epoch, batch_size)
    batches = batch_gradients(network, X, y, batch_size=batch_size, order=order)
    said = english.sentence(noise_notice(found, batches, batch_size, epoch))
    st.markdown(said, help=explained("batch_noise", "noise_scale"))
    left, right = st.columns(2)
    with left:
        st.header("The next epoch's batches", anchor=False)
        words = f"{len(batches.sizes)} batches, {int((batches.along <= 0).sum())} of them uphill."
        title = "The gradient of every batch against the full gradient"
        chart(batches_plot(batches, found), key="noise:batches", title=title, alternative=words)
    with right:
        st.header("Error and batch size", anchor=False)
        words = (
            f"At {batch_size} samples the error is {format_number(found.relative(batch_size))} times the full gradient."
        )
        title = "The error of a batch's gradient against the batch size"
        chart(error_plot(found, batches, batch_size), key="noise:error", title=title, alternative=words)
    st.caption(
        "Nothing is trained for this: all batches are taken at the weights of this epoch, in the order of the epoch that "
        f"follows. A penalty is the same for every batch and left out.{FAULTY if run.config.fault else ''}"
    )


def _batch_size(n, own) -> int:
    """Draw the slider, and return the chosen number of samples in a batch."""
    own = min(own, n)
    usual = own if own < n else min(USUAL_SIZE, max(1, n // 2))  # a full batch has no error to show
    size = min(session.view.lab_batch or usual, n)
    sizes = sorted({*(2**k for k in range(n.bit_length()) if 2**k <= n), n, own, size})
    names = {each: f"{each} (all)" if each == n else str(each) for each in sizes}
    drawn = {
        "name": "noise:batch",
        "value": size,
        "on_change": _choose,
        "args": (usual,),
        "format_func": lambda each: names[each],
    }
    control.show(st, "select_slider", "Samples in a batch B", sizes, labels=names.values(), **drawn)
    return size


def _choose(size, usual):
    if isinstance(size, int) and size >= 1:
        session.view = replace(session.view, lab_batch=None if size == usual else size)
