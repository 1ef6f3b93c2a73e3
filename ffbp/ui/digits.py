"""The page of the digits: a run on images, seen as images; drawings by hand; the gradient followed back to the pixels.

Pictures are painted in the browser by small components that get packed frames once and follow the player. Each function
draws one section and belongs inside the page's fragment.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from ffbp.analysis.pixels import RARE, Walk, input_gradient, rare_pixels, walk
from ffbp.browser import sources as bundle
from ffbp.core.network import Network, Trace
from ffbp.data import handwriting
from ffbp.data.raster import Raster, raster_of
from ffbp.data.source import INK
from ffbp.experiment.config import Config
from ffbp.figures import digits as pictures
from ffbp.figures import latex as formulas
from ffbp.lessons.presets import PRESETS
from ffbp.ui import address, control, files, mnist
from ffbp.ui.catching_up import note
from ffbp.ui.chart import chart
from ffbp.ui.panels import sources
from ffbp.ui.runs import Shown
from ffbp.ui.samples import Sample, chosen_sample
from ffbp.words.numbers import format_number, format_percent

STROKES, PROBLEM, COMMITTED, CELL = "digits:strokes", "digits:problem", "digits:committed", "digits:cell"
A_PAGE, PAGE = 24, "digits:page"  # images of a gallery at a time; the control that turns its pages
MAX_STEPS = 80
STEP_SHARES = (0.0025, 0.005, 0.01, 0.02, 0.05)  # a step's length, in shares of the ink's range times the image's side


# The browser's part


def _component(name):
    js, css = bundle.picture(name)
    return st.components.v2.component(f"ffbp_{name}", js=js, css=css, isolate_styles=False)


def _show(name, data, key, chosen=None, n=0):
    """Mount a component that tells which of its n items was chosen; chosen(index) is called before the page is drawn."""

    def report():
        index = st.session_state[key].get("chosen")
        if isinstance(index, int) and 0 <= index < n:
            chosen(index)

    _component(name)(key=key, data=data, on_chosen_change=report)


# Kept for the session only: its run may be on the session's own file.
@st.cache_data(max_entries=8, show_spinner=False, scope="session")
def _packed_weights(run_id, chosen, _run, _raster):
    return pictures.pack_weights(_run, _raster, chosen=chosen)


@st.cache_data(max_entries=8, show_spinner=False, scope="session")
def _packed_confusion(run_id, chosen, _run):
    return pictures.pack_confusion(_run, chosen=chosen)


# What the page shows


@dataclass(frozen=True)
class Look:
    """The network of a frame (a copy of its own), the chosen image, and the network's trace of it."""

    shown: Shown
    frame: int
    raster: Raster
    network: Network
    sample: Sample
    trace: Trace

    @property
    def run(self):
        return self.shown.run

    @property
    def dataset(self):
        return self.shown.run.dataset

    @property
    def names(self) -> tuple[str, ...]:
        return self.dataset.class_names

    def said(self, k: int) -> str:
        """A class's name where Markdown is read; it may come from a user's file."""
        return formulas.plain(self.names[k])

    @property
    def probabilities(self) -> np.ndarray:
        return self.trace.A[-1][:, 0]

    @property
    def outputs(self) -> str:
        """What the ten outputs are called: several sigmoids' are no probabilities."""
        return "probabilities" if self.network.gives_probabilities else "outputs"

    @property
    def answer(self) -> int:
        return int(self.network.decide(self.trace.A[-1])[0])

    @property
    def unit(self) -> int:
        """The chosen unit of the first layer, counted from 0; unless chosen, the one with the largest weights at the end."""
        view = st.session_state[address.VIEW_STATE]
        if "unit" in view and view.get("layer", 1) == 1:
            return view["unit"] - 1
        weights = self.network.blocks(self.run.history.theta[-1])[0][:, :-1]
        return int(np.nan_to_num(np.linalg.norm(weights, axis=1)).argmax())

    @property
    def target(self) -> int:
        """The digit that the pixels are asked for: the chosen one, or else the runner-up."""
        target = st.session_state[address.VIEW_STATE].get("wanted")
        if target is None:
            others = np.nan_to_num(self.probabilities.copy())
            others[self.answer] = -np.inf
            target = int(others.argmax())
        return target


def shows_digits(config: Config) -> bool:
    """Whether the experiment's inputs can be digits' images: all pixels, nothing else, and ten classes."""
    source = config.source(files.source_for(config))
    resolved = config.resolve(source)
    n_pixels = len(source.feature_names)
    return n_pixels in INK and resolved.columns == tuple(range(n_pixels)) and resolved.n_classes == 10


def are_images(shown: Shown) -> bool:
    """Whether the run's inputs are images: their values, too, lie between paper and ink."""
    return raster_of(shown.run.dataset) is not None


def offer() -> None:
    """Say that the experiment at hand has no images, and offer the page's own."""
    st.info(
        "The experiment at hand is not about images: this page needs handwritten digits with all their pixels as inputs. "
        "Load the page's own, and change it as you like. Nothing is lost: Back returns to yours.",
        icon=":material/image_search:",
    )
    st.button(
        "Load the digits", key="digits:load", type="primary", icon=":material/draw:", on_click=files.set_data,
        args=(PRESETS["digits"].config,),
    )  # fmt: skip


def full_size(config: Config) -> None:
    """MNIST when somebody asks for it; the way back to the small digits."""
    if not mnist.is_meant(config):
        mnist.offer("digits:mnist")
        return
    st.markdown(
        "You are looking at a sample of MNIST. A network this large has a short record, so the timeline has few moments."
    )
    st.button(
        "Back to the 8×8 digits", key="digits:small", on_click=files.set_data, args=(PRESETS["digits"].config,),
        icon=":material/undo:",
    )  # fmt: skip


def look_at(shown: Shown, frame: int) -> Look:
    """The chosen image and its forward pass at a frame."""
    run = shown.run
    sample, network = chosen_sample(run.dataset), run.network(frame)
    return Look(shown, frame, raster_of(run.dataset), network, sample, network.forward(sample.X))


# Weights over time


def weight_images(look: Look) -> None:
    """The first layer's weights as images at every frame; a click chooses the unit."""
    data = _packed_weights(look.shown.id, look.unit, look.run, look.raster)
    _show("images", data, "digits:weights", _unit_chosen, look.network.sizes[1])
    if look.dataset.scale != 1:
        st.caption(
            f"All pixels are divided by {look.dataset.scale:g}, full ink. Standardising each by itself would give as much "
            "weight to pixels at the border that hardly ever have ink."
        )


def _unit_chosen(unit):
    view = st.session_state[address.VIEW_STATE]
    view["layer"], view["unit"] = 1, unit + 1


# Right and wrong


def confusion_matrix(look: Look) -> None:
    """The confusion matrix with precision and recall, following the player; a click shows the samples behind a cell."""
    cell = st.session_state.get(CELL)
    data = _packed_confusion(look.shown.id, cell, look.run)
    _show("matrix", data, "digits:matrix", _cell_chosen, look.dataset.n_classes**2)
    if cell is not None:
        st.button("Show all mistakes", key="digits:all", on_click=_cell_chosen, args=(None,))


def _cell_chosen(cell):
    st.session_state[CELL] = cell
    control.keep(1, PAGE)


def gallery(look: Look) -> None:
    """The images behind the chosen cell, or all mistakes, the surest first; a click makes one the chosen image."""
    dataset, part = look.dataset, pictures.part_of(look.run)
    held_out = part == "test"
    X, y = (dataset.X_test, dataset.y_test) if held_out else (dataset.X_train, dataset.y_train)
    rows, raw = (dataset.rows_test, dataset.raw_test) if held_out else (dataset.rows_train, dataset.raw_train)
    A = look.network.forward(X).A[-1]
    said = look.network.decide(A)
    sure = A[said, np.arange(len(y))]
    cell, k = st.session_state.get(CELL), dataset.n_classes
    if cell is None:
        found = np.flatnonzero(said != y)
        title = f"{len(found)} of {len(y)} {part} images are misread"
    else:
        i, j = divmod(cell, k)
        found = np.flatnonzero((y == i) & (said == j))
        title = f"{len(found)} {part} images of a {look.names[i]} that the network calls {look.names[j]}"
    found = found[np.argsort(-np.nan_to_num(sure[found]), kind="stable")]
    pages = max(1, -(-len(found) // A_PAGE))
    st.markdown(f"**{formulas.plain(title)}** at epoch {look.run.history.epoch[look.frame]}, the surest first.")
    if not len(found):
        st.caption("None at this moment. Move the timeline back, or choose another cell.")
        return
    page = 1
    if pages > 1:
        page = min(control.kept_choice(PAGE, 1), pages)
        control.show(
            st,
            "number_input",
            f"Page, of {pages}",
            1,
            pages,
            name=PAGE,
            value=page,
            on_change=control.keep,
            args=(PAGE,),
        )
    found = found[(page - 1) * A_PAGE : page * A_PAGE]
    labels = [
        f"sample {rows[n]}: true {look.names[y[n]]}, said {look.names[said[n]]} with {format_percent(sure[n])}"
        for n in found
    ]
    captions = pictures.gallery_captions(y[found], said[found], sure[found], look.names)
    chosen = np.flatnonzero(rows[found] == look.sample.row) if look.sample.row is not None else ()
    data = pictures.pack_images(
        raw[np.ix_(found, dataset.columns)], ["ink"] * len(found), labels, raster=look.raster, captions=captions,
        name="Gallery: choose an image", choosable=True, chosen=int(chosen[0]) if len(chosen) else None, size=92,
    )  # fmt: skip
    _show("images", data, "digits:gallery", lambda n: _row_chosen(int(rows[found[n]])), len(found))
    if len(chosen):
        shares = " · ".join(f"**{look.said(k)}** {format_percent(share)}" for k, share in enumerate(look.probabilities))
        st.markdown(f"Sample {look.sample.row}: {shares}")
    st.caption(
        f"Below each image: true → said, and how sure. Choose one: all its ten {look.outputs} are here, its forward pass and "
        "its gradient below."
    )


def _row_chosen(row):
    view = st.session_state[address.VIEW_STATE]
    view["sample"] = row
    view.pop(address.INPUTS, None)


# Drawing


def how_drawings_are_made(look: Look) -> str:
    """What happens to a drawing before the network gets it, in words."""
    if look.raster.side == 8:
        return (
            "Draw with mouse, finger or keys. As with the training images, the ink is scaled to fill the height, the "
            "stroke made so wide that half of the box is ink, the slant taken out, and blocks of pixels counted. Write as "
            "their writers did: a 1 with a flag, a 7 with a bar."
        )
    return (
        "Draw with mouse, finger or keys. As with MNIST's images, the ink is scaled to fit 20×20 pixels, its proportions "
        "kept, and its centre of mass is put in the middle of 28×28."
    )


@st.fragment
def drawing_pad(look: Look) -> None:
    """A pad to draw on; the drawing becomes the chosen image when a stroke ends, and is read while it is drawn."""
    strokes = st.session_state.get(STROKES, [])
    pixels = _drawn_pixels(strokes, look.raster)
    probabilities, answer, says = None, None, ""
    if strokes:
        A = look.network.forward(look.dataset.encode_columns(pixels[None])).A[-1]
        answer, probabilities = int(look.network.decide(A)[0]), [float(p) if np.isfinite(p) else None for p in A[:, 0]]
        says = f"The network sees a {look.names[answer]}: {format_percent(A[answer, 0])}"
    data = {
        "strokes": [np.round(stroke, 4).tolist() for stroke in strokes],
        "side": look.raster.side, "high": look.raster.high, "image": pixels.tolist(),
        "probabilities": probabilities, "answer": answer, "says": says, "palette": pictures.PALETTE,
    }  # fmt: skip
    _component("drawing")(key="digits:pad", data=data, on_strokes_change=lambda: _strokes_changed(look.raster))
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(formulas.plain(problem))
    if strokes and address.INPUTS not in st.session_state[address.VIEW_STATE]:
        st.button(
            "Show this drawing below", key="digits:take", on_click=take_drawing, args=(strokes, look.raster),
            icon=":material/arrow_downward:",
        )  # fmt: skip
    if st.session_state.pop(COMMITTED, False):
        st.rerun()  # the sections below show the drawing


def _drawn_pixels(strokes, raster):
    """The drawing as pixels in their own units, with as many decimals as the link keeps."""
    if raster.side == 8:
        return handwriting.digit_8x8(strokes).ravel()
    return np.round(handwriting.digit_28x28(strokes).ravel() * raster.high / 255.0, 4)


def _strokes_changed(raster):
    sent = st.session_state["digits:pad"].get("strokes")
    if not isinstance(sent, dict):
        return
    try:
        strokes = handwriting.as_strokes(sent.get("strokes"))
    except ValueError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[STROKES] = strokes
    if sent.get("done") is True:
        take_drawing(strokes, raster)


def take_drawing(strokes, raster: Raster) -> None:
    """Make a drawing the chosen image: the link's typed inputs; an empty one leaves the sample."""
    view = st.session_state[address.VIEW_STATE]
    view.pop(address.INPUTS, None)
    if strokes:
        view[address.INPUTS] = "_".join(f"{v:g}" for v in _drawn_pixels(strokes, raster))
        view.pop("sample", None)
    st.session_state[COMMITTED] = True


# The chosen image


def chosen_image(look: Look) -> None:
    """The image in large, what the network says, and all ten outputs."""
    sample, dataset = look.sample, look.dataset
    true = None if sample.y is None else int(sample.y[0])
    left, right = st.columns([1, 2])
    with left:
        label = "your drawing" if sample.row is None else sample.label
        data = pictures.pack_images(
            sample.chosen[None], ["ink"], [label], raster=look.raster, captions=[label], name="The chosen image",
            signs=[""], size=190,
        )  # fmt: skip
        _show("images", data, "digits:chosen")
    with right:
        says = f"The network says **{look.said(look.answer)}** with {format_percent(look.probabilities[look.answer])}."
        if true is not None:
            says += f" The true digit is **{look.said(true)}**."
        if not look.network.gives_probabilities:
            says += f" Its ten outputs are no probabilities: they sum to {format_number(look.probabilities.sum())}."
        st.markdown(says)
        bars = pictures.probability_bars(look.probabilities, dataset.class_names, true=true)
        in_words = [
            f"{name} {format_percent(p)}" for name, p in zip(dataset.class_names, look.probabilities, strict=True)
        ]
        chart(bars, key="digits:bars", title=f"The ten {look.outputs}", alternative=", ".join(in_words))


def neuron_by_neuron(look: Look) -> None:
    """Hidden activations, and the chosen unit's sum as images: input times weight, pixel by pixel."""
    network, trace, raster, unit = look.network, look.trace, look.raster, look.unit
    if len(network.layers) > 1:
        active = [f"{np.count_nonzero(A)} of {len(A)} units of layer {l}" for l, A in enumerate(trace.A[1:-1], start=1)]
        chart(
            pictures.activation_bars(network, trace, chosen=(1, unit)), key="digits:activations",
            title="Hidden activations", alternative=f"Not zero: {', '.join(active)}.",
        )  # fmt: skip
    n_units = network.sizes[1]
    control.show(
        st.columns(3)[0], "number_input", "Unit of the first layer", 1, n_units, name="digits:unit", value=unit + 1,
        on_change=_unit_typed, help="Or choose one of the weight images above.",
    )  # fmt: skip
    w, x = network.layers[0].W[unit], trace.A[0][:, 0]
    with np.errstate(over="ignore", invalid="ignore"):
        products = w * x
    encoded = look.dataset.encodes
    how = "standardised" if look.dataset.standardized else f"divided by {look.dataset.scale:g}"
    weights = f"weights of unit {unit + 1}"
    images = [look.sample.chosen, *([x] if encoded else []), w, products]
    captions = ["pixels", *([how] if encoded else []), weights, pictures.sum_caption(products)]
    signs = ["", *(["→"] if encoded else []), "×", "="]
    kinds = ["ink", *["signed"] * (len(images) - 1)]
    labels = ["pixels", *([f"pixels, {how}"] if encoded else []), weights, "contributions"]
    data = pictures.pack_images(
        np.array(images), kinds, labels, raster=raster, captions=captions, signs=signs,
        name="One unit's sum as images", size=150,
    )  # fmt: skip
    _show("images", data, "digits:sum")
    z, a = formulas.symbol("z", 1, unit + 1), formulas.symbol("a", 1, unit + 1)
    b, n = network.layers[0].b[unit, 0], formulas.number
    total, value = trace.Z[1][unit, 0], trace.A[1][unit, 0]
    st.latex(
        formulas.aligned(
            [
                rf"{z} &= \sum_j w_j x_j + b",
                rf"&= {n(products.sum())} {formulas.signed(b)} = \mathbf{{{n(total)}}}",
                rf"{a} &= g({n(total)}) = \mathbf{{{n(value)}}}",
            ]
        )
    )
    st.caption("Blue is positive, orange negative, each image on its own scale; the number is under the pointer.")


def _unit_typed(number):
    _unit_chosen(int(number) - 1)


def links(look: Look) -> None:
    """Links to the pages that take this very image apart; they carry it, and the unit."""
    params = {**address.params(), "layer": "1", "unit": str(look.unit + 1)}
    for column, (path, what) in zip(
        st.columns(2),
        (("pages/forward_pass.py", "Forward pass"), ("pages/backpropagation.py", "Backpropagation")),
        strict=True,
    ):
        with column, suppress(StreamlitPageNotFoundError):  # a page that runs by itself has no neighbours
            st.page_link(
                path, label=f"This image on the page {what}, number by number", icon=":material/arrow_forward:",
                query_params=address.offer(params),
            )  # fmt: skip


# To the pixels


@st.fragment
def to_the_pixels(look: Look) -> None:
    """The loss's gradient at every pixel for a wanted digit, and a walk along it, step by step."""
    wanted, size, steps = st.columns(3)
    control.show(
        wanted, "selectbox", "The network should see a", range(len(look.names)), name="digits:target", value=look.target,
        labels=look.names, format_func=look.names.__getitem__, on_change=_target_chosen,
    )  # fmt: skip
    length, frozen = _step_length(look.raster, size), rare_pixels(look.dataset)
    path = walk(
        look.network, look.dataset, look.sample.chosen, look.target, step=length, n_steps=MAX_STEPS,
        high=look.raster.high, frozen=frozen,
    )  # fmt: skip
    last = len(path.images) - 1
    if last == 0:
        st.info(
            "No step can lower this loss: the gradient is zero at every pixel, or too small to matter. Move the timeline "
            "to another moment."
        )
        return
    key = f"digits:steps:{look.frame}:{look.target}:{length}:{hash(look.sample.chosen.tobytes())}"
    shown = min(control.kept_choice(key, 0 if path.arrives == 0 else last), last)
    control.show(steps, "slider", "Steps taken", 0, last, name=key, value=shown, on_change=control.keep, args=(key,))
    left, right = st.columns([3, 2])
    with left:
        _show("images", _packed_walk(look, path, shown, frozen), "digits:walk")
        st.markdown(_how_it_walks(look, path, shown, length, np.count_nonzero(frozen)))
        st.markdown(verdict(path, look.said, look.raster.high))
    with right:
        first, now = path.probabilities[0, path.target], path.probabilities[shown, path.target]
        name = look.names[path.target]
        chart(
            pictures.probability_curves(path, shown, look.names), key="digits:curves",
            title="Outputs along the steps",
            alternative=f"Class {name}: {format_percent(first)} before, {format_percent(now)} at step {shown}.",
        )  # fmt: skip
    address.write()  # the wanted digit is in the link


def _step_length(raster, place):
    """The chosen length of a step, in the pixels' units."""
    lengths = [round(share * raster.high * raster.side, 2) for share in STEP_SHARES]
    return control.kept(
        place, "select_slider", "Length of a step", lengths, name="digits:step", start=lengths[1],
        labels=lengths, format_func=lambda v: f"{v:g}",
        help=f"The root of the summed squares of all pixels' changes, in the pixels' units (0 to {raster.high:g}).",
    )  # fmt: skip


def _packed_walk(look, path, shown, frozen):
    """Gradient, original, difference and result at a step of the walk, as images."""
    names, wanted, before, after = look.names, look.names[look.target], path.answers[0], path.answers[shown]
    g = input_gradient(look.network, look.dataset, path.images[shown], look.target)
    change = path.images[shown] - path.images[0]
    with np.errstate(over="ignore"):
        moved = float(np.linalg.norm(change))
    result = f"step {shown}: {names[after]}, {format_percent(path.probabilities[shown, after])}"
    if after == look.target != before:
        true = before if look.sample.y is None else int(look.sample.y[0])
        result += f". Does it still look like a {names[true]} to you?"
    return pictures.pack_images(
        np.array([np.where(frozen, np.nan, -g), path.images[0], change, path.images[shown]]),
        ["signed", "ink", "signed", "ink"],
        ["minus the gradient, where it is now", "original", "difference", f"after {shown} steps"], raster=look.raster,
        captions=[
            f"−dLoss/dx for a {wanted}",
            f"original: {names[before]}, {format_percent(path.probabilities[0, before])}",
            f"difference, length {format_number(moved)}",
            result,
        ],
        signs=["", "  ", "+", "="], name="The gradient, and the walk along it", size=150,
    )  # fmt: skip


def _how_it_walks(look, path, shown, length, n_frozen):
    """What the images show, and what each step does."""
    text = (
        "First image: **blue pixels want more ink, orange ones less**, for the network to see the wanted digit. "
        f"Each step moves the pixels against the gradient by {length:g} in all, and clips them to 0…{look.raster.high:g}"
    )
    text += f" (at step {shown}, {path.clipped[shown]} pixels were clipped)." if shown else "."
    if n_frozen:
        stay = "stays as it is" if n_frozen == 1 else "stay as they are"
        text += (
            f" {n_frozen} of {len(path.images[0])} pixels {stay}: fewer than {100 * RARE:g} % of the training images have "
            "ink there."
        )
    shorter = path.lengths[1:] < length
    if shorter.any():
        count = "1 step" if shorter.sum() == 1 else f"{shorter.sum()} steps"
        text += (
            f" {count} of {len(shorter)} would have raised the loss and had to be halved, down to "
            f"{format_number(path.lengths[1:].min())}."
        )
    return text


def verdict(path: Walk, said: Callable[[int], str], high: float) -> str:
    """When the walk arrives and whether it stays, in words; ``said`` names a class."""
    name, arrives, leaves = said(path.target), path.arrives, path.leaves
    last = len(path.images) - 1
    if arrives is None:
        halved = (path.lengths[1:] < path.lengths.max()).any()
        why = "take longer ones" if last == MAX_STEPS and not halved else "no further step lowers the loss"
        why = "the loss hardly falls any more" if last == MAX_STEPS and halved else why
        return f"After {last} step{'s' * (last > 1)} the network still does not see a **{name}**: {why}."
    if leaves is not None:
        start = f"First at step **{arrives}** the network sees a **{name}**, but it does not stay: "
        return f"{start}at step **{leaves}** it sees a **{said(path.answers[leaves])}**. The steps are too long."
    if arrives == 0:
        return f"The network already sees a **{name}**; the steps make it surer."
    changed = path.images[arrives] - path.images[0]
    return (
        f"From step **{arrives}** on the network sees a **{name}**. The largest change of a pixel is then "
        f"**{format_number(np.abs(changed).max())}** of {high:g}, on average "
        f"{format_number(np.abs(changed).mean())}; the loss against a {name} fell from "
        f"{format_number(path.losses[0])} to {format_number(path.losses[arrives])}. Such an image is called adversarial."
    )


def _target_chosen(target):
    address.look_at("wanted", target)


@st.fragment
def code() -> None:
    """The code that went from strokes to pixels and back from the loss to the pixels, as it is in the package."""
    box = st.expander("The code behind this page", key="digits:code", on_change="rerun")
    note(["digits:code"])
    if not box.open:
        return
    with box:
        sources(
            input_gradient, rare_pixels, walk, handwriting.bitmap_32x32, handwriting.deslanted, handwriting.digit_28x28
        )
