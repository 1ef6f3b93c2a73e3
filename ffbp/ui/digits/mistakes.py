"""Right and wrong: the confusion matrix, and the images of its cells."""

import numpy as np
import streamlit as st

from ffbp.figures import digits as pictures
from ffbp.figures import latex as formulas
from ffbp.ui.digits.choosing import Digit
from ffbp.ui.digits.mounted import show
from ffbp.ui.samples import choose_sample
from ffbp.ui.session import control
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_percent
from ffbp.words.text import article

CELL = "digits:cell"  # kept in the session: the chosen cell of the matrix
A_PAGE, PAGE = 24, "digits:page"  # images per page of the gallery; the control of the page


@st.cache_data(max_entries=8, show_spinner=False, scope="session")
def _packed_confusion(run_id, chosen, _run):
    return pictures.pack_confusion(_run, chosen=chosen)


def confusion_matrix(moment: Digit) -> None:
    """The confusion matrix with precision and recall, following the player; a click shows the images of a cell."""
    cell = session.recall(CELL)
    data = _packed_confusion(moment.shown.id, cell, moment.run)
    show("confusion", data, "digits:matrix", _cell_chosen, moment.dataset.n_classes**2)
    if cell is not None:
        st.button("Show all mistakes", key="digits:all", on_click=_cell_chosen, args=(None,))


def _cell_chosen(cell):
    session.keep(cell, CELL)
    session.keep(1, PAGE)


def gallery(moment: Digit) -> None:
    """The images of the chosen cell, or all mistakes, the largest output first; a click chooses an image."""
    dataset, names = moment.dataset, moment.names
    part = dataset.scored_part
    A = moment.network.forward(part.X).A[-1]
    said = moment.network.decide(A)
    sure = A[said, np.arange(len(part.y))]
    found, title = _found(moment, part, said)
    found = found[np.argsort(-np.nan_to_num(sure[found]), kind="stable")]
    st.markdown(
        f"**{formulas.plain(title)}** at epoch {moment.run.history.epoch[moment.frame]}, the most confident first."
    )
    if not len(found):
        st.caption("There are none at this epoch. Move the timeline back, or choose another cell.")
        return
    found = _page_of(found)
    y, rows = part.y[found], part.rows[found]
    labels = [
        f"sample {row}: true {names[true]}, predicted {names[k]} with {format_percent(share)}"
        for row, true, k, share in zip(rows, y, said[found], sure[found], strict=True)
    ]
    captions = pictures.gallery_captions(y, said[found], sure[found], names)
    chosen = int(np.argmax(rows == moment.sample.row)) if moment.sample.row in rows else None
    images, kinds = part.raw[np.ix_(found, dataset.columns)], ["ink"] * len(found)
    look = {"name": "Gallery: choose an image", "captions": captions, "choosable": True, "chosen": chosen, "size": 92}
    data = pictures.pack_images(images, kinds, labels, raster=moment.raster, **look)
    show("images", data, "digits:gallery", lambda n: choose_sample(rows[n]), len(found))
    if chosen is not None:
        shares = " · ".join(f"**{moment.said(k)}** {format_percent(share)}" for k, share in enumerate(moment.outputs))
        st.markdown(f"Sample {moment.sample.row}: {shares}")
    st.caption(
        f"Below each image: true class → prediction, and its output. Choose an image to see all its ten {moment.called} here, "
        "and its forward pass and gradient below."
    )


def _found(moment, part, said):
    """The indices of the chosen cell's images, or of all mistakes, in the judged set; and a title."""
    cell, names = session.recall(CELL), moment.names
    if cell is None:
        found = np.flatnonzero(said != part.y)
        return found, f"{len(found)} of {len(part.y)} {part.name} digits are wrong"
    i, j = divmod(cell, len(names))
    found = np.flatnonzero((part.y == i) & (said == j))
    return (
        found,
        f"{len(found)} {part.name} images of {article(names[i])} {names[i]} predicted as {names[j]}",
    )


def _page_of(found):
    """The indices on the chosen page of the gallery."""
    pages = -(-len(found) // A_PAGE)
    if pages < 2:
        return found
    page = min(session.recall(PAGE, 1), pages)
    kept = {"on_change": session.keep, "args": (PAGE,)}
    control.show(st, "number_input", f"Page, of {pages}", 1, pages, name=PAGE, value=page, **kept)
    return found[(page - 1) * A_PAGE : page * A_PAGE]
