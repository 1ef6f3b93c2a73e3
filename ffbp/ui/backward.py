"""The Backpropagation page's parts: what is chosen, and one function a section. Every number is the core's own.

A `Moment` is what the page looks at: a run, a frame, the pass over one sample, the next batch or the whole training part,
and one chosen weight. Sections take it and draw; what they compute comes from `ffbp.backprop`.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis import passes, slips
from ffbp.analysis.cost import cost_by_width, cost_of
from ffbp.analysis.passes import Pass
from ffbp.analysis.step import FARTHEST, error_by_step, preview_update, step_of
from ffbp.core.activations import Activation
from ffbp.core.gradcheck import check_gradients
from ffbp.core.network import Network
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.source import REGRESSION
from ffbp.figures import backward as figures
from ffbp.figures import latex as formulas
from ffbp.training.loop import Training
from ffbp.ui import address, control
from ffbp.ui.chart import chart, theme
from ffbp.ui.panels import check_of, sources
from ffbp.ui.runs import Shown
from ffbp.ui.samples import Sample, choose_sample, chosen_sample, mark_of
from ffbp.ui.timeline import player
from ffbp.words.numbers import format_number, format_percent

SAMPLE, BATCH, WHOLE = "one sample", "next batch", "whole training set"
MODE, SOURCE = "backward:mode", "backward:kept_source"  # in the session: which of them; the chosen weight's input
GRADIENT, NEW_WEIGHT = "gradient", "new weight"  # what is to be predicted
MAX_ROWS = 12
OVERFLOWING = np.errstate(all="ignore")  # a run about to diverge overflows; its numbers then read ∞ or –
MAX_ENTRIES, MAX_COLUMNS, MAX_MAP_COLUMNS, MAX_MARKS = 60, 6, 60, 256
SLIPS = {
    "sign": "That is the value with the opposite sign.",
    "double": "That is twice the value: look for a factor 2.",
    "half": "That is half the value: look for a factor ½.",
    "sum": "That is the sum over the samples; the loss is their mean, so divide by n.",
    "penalty": "That is the data's part; the penalty has a gradient, too.",
    "slope": "That is the value without g′: what arrives at the unit still has to pass its activation.",
    "old": "That is the old weight: take the step, too.",
    "added": "That is the step the wrong way: it is subtracted, because downhill is against the gradient.",
    "rate": "That forgot the learning rate: the step is η times that.",
    "extra_slope": "That has g′ in it: for this pair of loss and output it has cancelled already.",
}


@dataclass(frozen=True)
class Moment:
    """What the page looks at. ``p``: the pass of the chosen mode; ``sample_pass``: of the chosen sample alone.

    layer, unit, source: the chosen weight, from 1; source n_in + 1 is the bias. hidden: its gradient is not to be seen;
    new_hidden: nor is what the next step makes of it (a gradient that is hidden hides both).
    """

    shown: Shown
    frame: int
    mode: str
    p: Pass
    sample: Sample
    sample_pass: Pass
    layer: int
    unit: int
    source: int
    hidden: bool = False
    new_hidden: bool = False

    @property
    def run(self):
        return self.shown.run

    @property
    def weight(self) -> tuple[int, int, int]:
        return self.layer, self.unit, self.source

    @property
    def name(self) -> str:
        return _name(self.p.network, *self.weight)

    @property
    def what(self) -> str:
        if self.mode == SAMPLE:
            return self.sample.label
        return f"the next batch of {self.p.n}" if self.mode == BATCH else f"all {self.p.n} training samples"


def _name(network, l, unit, source):
    return f"b[{l}][{unit}]" if source > network.layers[l - 1].n_in else f"W[{l}][{unit},{source}]"


TRANSPOSED, DELTA, FLAT_DELTA = r"W^{\mathsf T}", r"\delta", r"\delta^{\mathsf T}"


# What is chosen


def backward_player(shown: Shown) -> int:
    """The plane on the timeline; the chosen sample is ringed, or the next batch's samples."""
    frame = player(shown, panels=("boundary",), marks=lambda: _marks(shown))
    if _mode() == BATCH and (batch := _part_of_the_whole(shown.run, frame)) is not None and len(batch) > MAX_MARKS:
        st.caption(f"Of the next batch's {len(batch)} samples {MAX_MARKS} are ringed, evenly chosen.")
    return frame


def _mode() -> str:
    return control.kept_choice(MODE, SAMPLE)


def _marks(shown):
    if _mode() != BATCH:
        return mark_of(shown)
    run, plane = shown.run, shown.plane
    last = run.n_frames - 1
    indices = _part_of_the_whole(run, min(st.session_state[address.VIEW_STATE].get("frame", last), last))
    if indices is None:
        return mark_of(shown)
    if len(indices) > MAX_MARKS:
        indices = indices[np.linspace(0, len(indices) - 1, MAX_MARKS).round().astype(int)]
    dataset = run.dataset
    points = plane.coordinates(dataset.raw_train[indices][:, dataset.columns])
    if plane.is_line:
        points = np.column_stack([points[:, 0], dataset.line_height(dataset.y_train[indices])])
    return points.tolist()


def _part_of_the_whole(run, frame):
    """The places of the next batch's samples in the training part; None where that is all of it."""
    indices = passes.batch_pass(_next_training(run, frame)).indices
    return None if len(indices) == len(run.dataset.X_train) else indices


def _next_training(run, frame) -> Training:
    """The training at this frame, kept for the next look; only its gradient is ever asked for."""
    kept = st.session_state.get("backward:next")
    if kept is None or kept[0] is not run or kept[1] != frame:
        kept = st.session_state["backward:next"] = (run, frame, passes.next_training(run, frame))
    return kept[2]


def mode_chooser() -> None:
    """One sample, the next batch, or the whole training set; kept for the session, not in the link."""
    control.kept(
        st, "radio", "Gradient of the loss on", (SAMPLE, BATCH, WHOLE), name=MODE, horizontal=True,
        help="The mean loss over these samples is what is differentiated.",
    )  # fmt: skip


@OVERFLOWING
def moment(shown: Shown, frame: int) -> Moment:
    """Choose the weight, and put together what the page looks at; typed inputs are asked for their target."""
    run, dataset = shown.run, shown.run.dataset
    network = run.network(frame)
    sample = chosen_sample(dataset)
    y = _typed_target(dataset) if sample.y is None else sample.y
    layer, unit, source = _weight_chooser(network, dataset)
    single = passes.pass_over(network, sample.X, y)
    mode = _mode()
    if mode == SAMPLE:
        p = single
    elif mode == BATCH:
        p = passes.batch_pass(_next_training(run, frame))
    else:
        whole = network.with_theta(network.theta.copy())
        p = passes.pass_over(whole, dataset.X_train, dataset.y_train, np.arange(len(dataset.X_train)))
    return Moment(shown, frame, mode, p, sample, single, layer, unit, source)


def _typed_target(dataset):
    if dataset.task == REGRESSION:
        value = st.number_input("Target of the typed inputs", value=0.0, key="backward:target", format="%.6g")
        return np.array([(value - dataset.target_mean) / dataset.target_std])
    names = dataset.class_names
    chosen = control.kept(
        st, "selectbox", "Class of the typed inputs", range(len(names)), name="backward:class", labels=names,
        format_func=names.__getitem__,
    )  # fmt: skip
    return np.array([chosen])


def _weight_chooser(network, dataset):
    """The chosen weight: layer and unit are in the link and shared with the other pages, the source is the session's."""
    view, last = st.session_state[address.VIEW_STATE], len(network.layers)
    layer = min(view.get("layer", 1), last)
    n_in, n_out = network.layers[layer - 1].n_in, network.layers[layer - 1].n_out
    unit = min(view.get("unit", 1), n_out)
    left, middle, right = st.columns(3)
    control.show(
        left, "selectbox", "Weight: layer", range(1, last + 1), name="backward:layer", value=layer, labels=(last,),
        on_change=_layer_chosen, format_func=lambda l: f"{l} (output)" if l == last else str(l),
    )  # fmt: skip
    control.show(
        middle, "selectbox", "to unit", range(1, n_out + 1), name="backward:unit", value=unit, labels=(layer, n_out),
        on_change=_unit_chosen,
    )  # fmt: skip
    names = dataset.input_names if layer == 1 else ()
    labels = [f"{j}: {names[j - 1]}" if names else str(j) for j in range(1, n_in + 1)] + ["bias"]
    source = min(st.session_state.get(SOURCE, 1), n_in + 1)
    control.show(
        right, "selectbox", "from input" if layer == 1 else f"from unit of layer {layer - 1}", range(1, n_in + 2),
        name="backward:source", value=source, labels=labels, on_change=_source_chosen,
        format_func=lambda j: labels[j - 1],
    )  # fmt: skip
    return layer, unit, source


def _layer_chosen(layer):
    address.look_at("layer", layer)
    address.view().pop("unit", None)


def _unit_chosen(unit):
    address.look_at("unit", unit)


def _source_chosen(source):
    st.session_state[SOURCE] = source


def _go_to(layer, unit, source):
    _source_chosen(source)
    address.view().update(layer=layer, unit=unit)


@OVERFLOWING
def predict(m: Moment) -> Moment:
    """The switch that hides the chosen number, and the judge of what is typed; returns the moment, hidden or not."""
    switch, choice, entry = st.columns([5, 3, 4], vertical_alignment="bottom")
    if not switch.toggle(
        "Predict, then reveal", key="backward:predict", help="Hides the chosen weight's gradient, or its next value."
    ):
        return m
    question = control.kept(
        choice, "selectbox", "Predict the", (GRADIENT, NEW_WEIGHT), name="backward:question",
        format_func=lambda key: key if key == GRADIENT else f"{key} after the step",
    )  # fmt: skip
    where = (m.run.config, m.frame, m.mode, m.sample.label, m.weight, question)
    if st.session_state.get("backward:asked") != where:
        st.session_state["backward:asked"], st.session_state["backward:typed"] = where, ""
    if question == GRADIENT:
        value, origin = m.p.gradient(*m.weight), None
        hidden = replace(m, hidden=True, new_hidden=True)
    else:
        training = _next_training(m.run, m.frame)
        batch = passes.batch_pass(training)
        origin, value = batch.weight(*m.weight), _new_weight(training, m.weight)
        hidden = replace(m, new_hidden=True)
    if not np.isfinite(value):
        st.info(f"The {question} is not a finite number here, so there is nothing to predict.")
        return m
    label = "Your value of dLoss/dw" if question == GRADIENT else "Your value of w"
    text = entry.text_input(label, key="backward:typed", placeholder="0.25 or 0,25 or 1/4", max_chars=60)
    if question == NEW_WEIGHT:
        batch_name = "the whole training set" if batch.n == training.inputs.shape[1] else f"the next batch of {batch.n}"
        st.caption(
            f"`{m.name}` is {origin:.10g} now. The step takes the gradient on {batch_name}, at the learning rate "
            f"{training.learning_rate:.6g}: {formulas.plain(OPTIMIZERS[m.run.config.optimizer].formula)}"
            + (f", the gradient clipped to a norm of {training.clip:g}" if training.clip is not None else "")
        )
    if not text.strip():
        return hidden
    typed = slips.as_fraction(text)
    if typed is None:
        st.error("Type a finite number such as 0.25 or 0,25, or a fraction such as 1/3.")
        return hidden
    is_gradient = question == GRADIENT
    known = slips.slips(m.p, *m.weight) if is_gradient else slips.update_slips(origin, value, training.learning_rate)
    right, slip = slips.judge(typed, value, known, origin=origin)
    if right:
        exact = format_number(value) if is_gradient else f"{value:.10g}"
        st.success(f"Right: the {question} is {exact}.", icon=":material/check:")
        return m
    st.warning(f"Not yet. {SLIPS[slip]}" if slip else "Not yet.", icon=":material/close:")
    return hidden


def _new_weight(training, weight):
    """The chosen weight after the training's next step, from the gradient that is there now."""
    layer, unit, source = weight
    return float(training.network.blocks(preview_update(training))[layer - 1][unit - 1, source - 1])


@OVERFLOWING
def headline(m: Moment) -> None:
    """The loss and the chosen gradient, large."""
    p = m.p
    with st.container(horizontal=True):  # side by side on a phone, too
        st.metric("Mean loss" if p.n > 1 else "Loss", format_number(p.data_loss))
        st.metric(f"Weight {m.name}", format_number(p.weight(*m.weight)))
        st.metric(f"Gradient d{m.name}", "?" if m.hidden else format_number(p.gradient(*m.weight)))
    if p.penalty:
        total = format_number(p.data_loss + p.penalty)
        st.caption(f"Penalty {format_number(p.penalty)}, so the total that is differentiated is {total}.")
    if m.mode == BATCH and passes.is_beyond(m.run, m.frame):
        st.info(_beyond(m.run))


BEYOND = (
    "The run ends at this frame. The next batch and the step from here are the ones it would take if it went on for one "
    "more epoch at its last learning rate."
)
STOPPED_EARLY = (
    "Early stopping ended the run at this frame, before its planned end. The next batch and the step from here are those "
    "of the next planned epoch, at the learning rate that its schedule gives to it."
)


def _beyond(run):
    """What the step after the last frame is; a run may stop early in the very epoch that was planned as its last."""
    return STOPPED_EARLY if run.history.epoch[-1] < run.config.epochs else BEYOND


# 1. The output


@OVERFLOWING
def output_delta(m: Moment) -> None:
    """Which road the output's delta took, derived, and with its numbers."""
    p, network = m.p, m.p.network
    last = len(network.layers)
    loss, activation = network.loss_function, network.layers[-1].activation
    if network.canonical:
        st.markdown(
            f"**The short road.** {loss.label} and {activation.label} belong together (the canonical pair): the two "
            "derivatives multiply to a plain difference, and nothing is left that could saturate."
        )
        words, numbers = st.columns(2, vertical_alignment="center") if p.n == 1 else (st.container(), None)
        words.latex(_derivation(loss.key))
    else:
        how = "softmax's full Jacobian" if activation.coupled else "g′ of the output"
        st.markdown(
            f"**The long road.** {loss.label} on {activation.label} is no canonical pair, so nothing cancels: the chain "
            f"rule takes dLoss/da through {how}."
        )
    factor = loss.scale(network.sizes[-1])
    delta = formulas.symbol(r"\delta", last)
    if p.n > 1:
        st.markdown(f"Of the {p.n} columns of delta, one a sample, 1/n = 1/{p.n} is inside each:")
        few = p.trace.delta[last][:, :MAX_MAP_COLUMNS]
        _matrix(delta, few, "out", ("sample, as a column", "output unit"))
        if p.n > MAX_MAP_COLUMNS:
            st.caption(f"The first {MAX_MAP_COLUMNS} of {p.n} columns.")
        return
    a, y, d = p.trace.A[last], p.Y, p.trace.delta[last]
    if network.canonical:
        front = "" if factor == 1 else rf"{formulas.number(factor)} \cdot "
        name = rf"{delta} = {front}(\hat y - y)"
        with numbers:
            _equation(name, [(a, r"\hat y"), "-", (y, "y")], d, "out", open_close=(front + r"\Bigl(", r"\Bigr)"))
    elif activation.coupled:
        A = a[:, 0]
        _equation(
            rf"{delta} = J \, d\hat y", [(np.diag(A) - np.outer(A, A), "J"), (p.arriving(last), r"d\hat y")], d, "out"
        )
        st.caption("J has aₖ (1 − aₖ) on its diagonal and −aₖ aⱼ beside it: every probability pulls on all the others.")
    else:
        factors = [(p.arriving(last), r"d\hat y"), r"\odot", (p.slope(last), "g'(z)")]
        _equation(rf"{delta} = d\hat y \odot g'({formulas.symbol('z', last)})", factors, d, "out")


def _derivation(key):
    lines = {
        "bce": (
            r"\frac{\partial L}{\partial a} &= \frac{a - y}{a\,(1 - a)\,n}",
            r"\frac{\partial a}{\partial z} &= a\,(1 - a)",
            r"\delta = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z} &= \frac{a - y}{n}",
        ),
        "cce": (
            r"L &= -\tfrac1n \textstyle\sum_k y_k \ln a_k, \quad \ln a_k = z_k - \ln \textstyle\sum_j e^{z_j}",
            r"\frac{\partial \ln a_k}{\partial z_i} &= [k = i] - a_i",
            r"\delta_i = \frac{\partial L}{\partial z_i} &= \frac{a_i - y_i}{n} \quad \text{since } \textstyle\sum_k y_k = 1",
        ),
        "mse": (
            r"\frac{\partial L}{\partial a} &= \frac{2\,(a - y)}{n\,n_{out}}",
            r"\frac{\partial a}{\partial z} &= 1",
            r"\delta = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z} &= \frac{2\,(a - y)}{n\,n_{out}}",
        ),
    }
    return formulas.aligned(lines[key])


def textbook_delta() -> None:
    """The textbook's numbers through the same code: prediction (0.7, 0.3), target (1, 0)."""
    network = Network((1, 2), ("softmax",), loss="cce", theta=np.array([0.0, np.log(0.7), 0.0, np.log(0.3)]))
    trace = network.forward(np.zeros((1, 1)))
    network.backward(np.array([0]), trace)
    _equation(
        r"\delta = \hat y - y",
        [(trace.A[1], r"\hat y"), "-", (network.targets(np.array([0])), "y")],
        trace.delta[1],
        "textbook",
    )
    st.caption("The true class's z should rise by 0.3, the other's fall by 0.3; a delta's entries add up to 0.")


def saturation() -> None:
    """delta against z for y = 1: squared error is silent where it is most wrong."""
    chart(
        figures.saturated_delta(), key="backward:saturation", title="delta of a saturated sigmoid, for y = 1",
        alternative="Where z is far below 0, cross-entropy's delta is close to −1 and squared error's is close to 0; for "
        "large z both are close to 0.",
    )  # fmt: skip


# 2. Layer by layer


def _fits(*arrays):
    return all(a.size <= MAX_ENTRIES and a.shape[0] <= MAX_ROWS and a.shape[1] <= MAX_COLUMNS for a in arrays)


def _equation(name, factors, result, key, *, open_close=("", ""), axes=("column", "row"), mark=None, layer=0):
    """``name`` and then its numbers: each factor (array, label) or sign, and the result; large ones as a map."""
    arrays = [factor[0] for factor in factors if not isinstance(factor, str)]
    if _fits(*arrays, result):
        text = " ".join(f if isinstance(f, str) else formulas.shaped(*f) for f in factors)
        rows, columns = max(len(a) for a in (*arrays, result)), sum(a.shape[1] for a in (*arrays, result))
        numbers, end = rf"&= {open_close[0]}{text}{open_close[1]}", rf"= {formulas.shaped(result)}"
        broken = rows <= 4 or columns > 7  # short lines for narrow screens, but no tower of tall columns
        st.latex(formulas.aligned([f"&{name}", numbers, f"&{end}"] if broken else [f"&{name}", f"{numbers} {end}"]))
        return
    sizes = " ".join(f if isinstance(f, str) else formulas.shape(f[0]) for f in factors)
    st.latex(rf"{name}:\quad {open_close[0]}{sizes}{open_close[1]} \to {formulas.shape(result)}")
    _map(result, key, axes, mark, layer)


def _matrix(name, array, key, axes, mark=None):
    if _fits(array):
        st.latex(formulas.matrix(name, array))
    else:
        st.latex(rf"{name}:\quad {formulas.shape(array)}")
        _map(array, key, axes, mark)


def _map(array, key, axes, mark=None, layer=0):
    """A matrix as colours; with ``layer`` it is shaped like W[layer], and a click on a cell chooses that weight."""
    finite = array[np.isfinite(array)]
    span = f"from {format_number(finite.min())} to {format_number(finite.max())}" if finite.size else "none finite"
    rows, columns = array.shape
    chart(
        figures.matrix_map(array, x_title=axes[0], y_title=axes[1], theme=theme(), mark=mark, layer=layer),
        key=f"backward:map:{key}", title=f"{axes[1]} by {axes[0]}, as colours",
        alternative=f"{rows} × {columns} numbers, {span}.", choose=_weight_clicked if layer else None,
    )  # fmt: skip


def _weight_clicked(choice):
    _go_to(*(int(number) for number in choice))


@OVERFLOWING
def layer_steps(m: Moment) -> None:
    """From the output to layer 1: dW, db and the delta that goes on, each with shapes and numbers."""
    last = len(m.p.network.layers)
    for l in range(last, 0, -1):
        kind = "output" if l == last else m.p.network.layers[l - 1].activation.label
        title = f"Layer {l} ({kind}): dW[{l}], db[{l}]" + (f", then delta[{l - 1}]" if l > 1 else "")
        opened = st.expander(
            title, expanded=last <= 2 or l in (last, m.layer), key=f"backward:open:{l}", on_change="rerun"
        )
        if opened.open:
            with opened:
                _layer_step(m, l)


def _layer_step(m, l):
    p, network = m.p, m.p.network
    layer, trace = network.layers[l - 1], p.trace
    delta, a_before = trace.delta[l], trace.A[l - 1]
    d, a = formulas.symbol(r"\delta", l), formulas.symbol("a" if p.n == 1 else "A", l - 1)
    dW, db = layer.dW.copy(), layer.db.copy()
    mark = None
    if l == m.layer and m.hidden:
        (db[:, 0] if m.source > layer.n_in else dW[:, m.source - 1])[m.unit - 1] = np.nan
    if l == m.layer and m.source <= layer.n_in:
        mark = (m.unit, m.source)
    before = "input" if l == 1 else f"unit of layer {l - 1}"
    penalised = bool(network.l1 or network.l2)
    extra = (rf" + {formulas.number(network.l1)}\,\mathrm{{sign}}(W)" if network.l1 else "") + (
        rf" + {formulas.number(network.l2)}\,W" if network.l2 else ""
    )
    over = "" if p.n == 1 else ", summed over the samples, the mean's 1/n being in delta"
    st.markdown(f"**Weights:** each gradient is its unit's delta times the activation that came in{over}.")
    name = rf"{formulas.symbol('dW', l)} = {d}\,{{{a}}}^{{\mathsf T}}{extra}"
    flat = len(dW) == 1 and MAX_COLUMNS < dW.shape[1] <= MAX_ROWS  # one long row is written as a column
    dW_T = rf"{{{formulas.symbol('dW', l)}}}^{{\mathsf T}}"
    if penalised or p.n > MAX_COLUMNS:
        st.latex(rf"{name}:\quad {formulas.shape(delta)}\,{formulas.shape(a_before.T)} \to {formulas.shape(dW)}")
        if flat:
            st.latex(formulas.matrix(dW_T, dW.T))
        elif _fits(dW):
            st.latex(formulas.matrix(formulas.symbol("dW", l), dW))
        else:
            _map(dW, f"dW{l}", (before, f"unit of layer {l}"), mark, layer=l)
    elif flat:
        st.latex(name)
        _equation(rf"{dW_T} = {a}\,{{{d}}}^{{\mathsf T}}", [(a_before, "a"), (delta.T, FLAT_DELTA)], dW.T, f"dW{l}")
    else:
        _equation(
            name, [(delta, r"\delta"), (a_before.T, r"a^{\mathsf T}")], dW, f"dW{l}",
            axes=(before, f"unit of layer {l}"), mark=mark, layer=l,
        )  # fmt: skip
    st.markdown(
        "**Biases:** a bias comes in as a 1, so its gradient is delta itself" + (", summed." if p.n > 1 else ".")
    )
    sum_of = d if p.n == 1 else rf"\textstyle\sum_i {d}_{{:,i}}"
    if len(db) <= MAX_ROWS:
        st.latex(rf"{formulas.symbol('db', l)} = {sum_of} = {formulas.shaped(db)}")
    else:
        st.latex(rf"{formulas.symbol('db', l)} = {sum_of}:\quad {formulas.shape(db)}")
        _map(db.T, f"db{l}", (f"unit of layer {l}", "db"))
    if l == 1:
        st.markdown("**Before layer 1** are the data: there is nothing to learn there, and the pass ends.")
        return
    _delta_before(p, l, layer, delta)


def _delta_before(p, l, layer, delta):
    previous = p.network.layers[l - 2].activation
    st.markdown(
        f"**One layer back:** Wᵀ hands each unit of layer {l - 1} its share of the blame, and g′ of {previous.label} lets "
        "through as much as the unit could have changed."
    )
    here = formulas.symbol(r"\delta", l - 1)
    above, W, z = formulas.symbol(r"\delta", l), formulas.symbol("W", l), formulas.symbol("z", l - 1)
    name = rf"{here} = ({{{W}}}^{{\mathsf T}}{above}) \odot g'({z})"
    arriving, slope, result = p.arriving(l - 1), p.trace.slope[l - 1], p.trace.delta[l - 1]
    W_T = layer.W.T
    if p.n == 1 and _fits(W_T, delta, result):
        product = rf"{formulas.shaped(W_T, TRANSPOSED)}\,{formulas.shaped(delta, DELTA)}"
        slopes = formulas.shaped(slope, "g'")
        st.latex(name)
        st.latex(rf"= \Bigl({product}\Bigr) \odot {slopes}")
        st.latex(rf"= {formulas.shaped(arriving, TRANSPOSED + DELTA)} \odot {slopes} = {formulas.shaped(result)}")
        return
    st.latex(name)
    st.latex(
        rf"\bigl({formulas.shape(W_T)}\,{formulas.shape(delta)}\bigr) \odot {formulas.shape(slope)} \to {formulas.shape(result)}"
    )
    if p.n == 1:
        for key, values, text in (
            ("W_T", arriving, "Wᵀ delta"),
            ("g", slope, "g′"),
            ("delta", result, f"delta[{l - 1}]"),
        ):
            st.caption(text)
            _map(values.T, f"{key}{l}", (f"unit of layer {l - 1}", text))
        return
    few = result[:, :MAX_MAP_COLUMNS]
    _matrix(here, few, f"delta{l - 1}", ("sample, as a column", f"unit of layer {l - 1}"))
    if p.n > MAX_MAP_COLUMNS:
        st.caption(f"The first {MAX_MAP_COLUMNS} of {p.n} columns.")


@OVERFLOWING
def contributions(m: Moment) -> None:
    """For a batch or the whole set: who pushes the chosen weight up, who down, and how much cancels."""
    p = m.p
    if m.mode == SAMPLE:
        return
    st.subheader("The gradient is the mean of the samples' gradients", anchor=False)
    if m.hidden:
        st.info(f"The samples' contributions add up to d{m.name}, so they wait until your prediction is right.")
        return
    values, penalty = p.contributions(*m.weight), p.penalty_part(*m.weight)
    up, down = values[values < 0].sum(), values[values > 0].sum()
    st.markdown(
        f"Each of the {p.n} samples has its own wish for `{m.name}`. A contribution is delta times the incoming "
        "activation, 1/n inside. Those against each other cancel; what is left is the gradient."
    )
    chart(
        figures.contribution_chart(values, m.run.dataset.rows_train[p.indices], m.name), key="backward:contributions",
        title=f"The samples' contributions to d{m.name}", choose=choose_sample,
        alternative=f"{int((values > 0).sum())} samples contribute more than 0, {int((values < 0).sum())} less; the sizes "
        f"go up to {format_number(np.abs(values).max())}.",
    )  # fmt: skip
    total = down - up
    cancelled = format_percent(1 - abs(up + down) / total) if total > 0 else "–"
    net = f"Net{' + penalty' if penalty else ''} = d{m.name}"
    with st.container(horizontal=True):
        st.metric(f"Sum of the {int((values > 0).sum())} positive", format_number(down))
        st.metric(f"Sum of the {int((values < 0).sum())} negative", format_number(up))
        st.metric(net, format_number(p.gradient(*m.weight)))
        st.metric("Cancels", cancelled)
    if penalty:
        st.caption(f"The penalty adds {format_number(penalty)} to the net of the samples.")


# 3. The chain rule, one weight


@OVERFLOWING
def tracer(m: Moment) -> None:
    """The chosen weight's gradient for the chosen sample, factor by factor, along the strongest path to the output."""
    p, (l, unit, source) = m.sample_pass, m.weight
    network, last = p.network, len(p.network.layers)
    delta, a = p.trace.delta[l][unit - 1, 0], p.trace.A_ones[l - 1][source - 1, 0]
    is_bias = source > network.layers[l - 1].n_in
    n_paths = int(np.prod(np.array(network.sizes[l + 1 :], dtype=object)))
    paths = "one path leads" if n_paths == 1 else f"{n_paths:,} paths lead"
    st.markdown(
        f"`{m.name}` and {formulas.plain(m.sample.label)}: {paths} from this weight to the loss. The gradient sums over "
        "all of them; deltas share the work, so each is computed once."
    )
    penalty, value = p.penalty_part(*m.weight), p.gradient(*m.weight)
    d = formulas.symbol(r"\delta", l, unit)
    incoming = "1" if is_bias else formulas.symbol("a", l - 1, source)
    w = formulas.symbol("b", l, unit) if is_bias else formulas.symbol("W", l, f"{unit},{source}")
    plus = r" + \text{penalty}" if penalty else ""
    tail = rf" + \underbrace{{{formulas.factor(penalty)}}}_{{\text{{penalty}}}}" if penalty else ""
    result = "?" if m.hidden else formulas.number(value)
    lines = [
        rf"\frac{{\partial L}}{{\partial {w}}} &= {d} \cdot {incoming}{plus}",
        rf"&= {formulas.factor(delta)} \cdot {formulas.factor(a)}{tail} = \mathbf{{{result}}}",
    ]
    st.latex(formulas.aligned(lines))
    k = unit
    for layer in range(l, last + 1):
        k = _trace_delta(p, layer, k, last)
    _links(m, l, unit, source, last, is_bias)


def _trace_delta(p, l, unit, last):
    """Write delta of one unit as the sum over the next layer's times g'; the next unit that contributes most."""
    network, trace = p.network, p.trace
    d = formulas.symbol(r"\delta", l, unit)
    value = trace.delta[l][unit - 1, 0]
    if l == last:
        _trace_output(p, l, unit, d, value)
        return unit
    weights, above = network.layers[l].W[:, unit - 1], trace.delta[l + 1][:, 0]
    total = p.arriving(l)[unit - 1, 0]
    slope = trace.slope[l][unit - 1, 0]
    products = np.abs(weights * above)
    best = int(np.argmax(np.where(np.isfinite(products), products, -1))) + 1
    st.markdown(f"**delta of unit {unit} in layer {l}:** the deltas of layer {l + 1}, weighted, times its own g′.")
    W, above_k = formulas.symbol("W", l + 1, f"k,{unit}"), formulas.symbol(DELTA, l + 1, "k")
    name = rf"s = \textstyle\sum_k {W}\,{above_k}"
    st.latex(formulas.weighted_sum(name, weights, above, total=total))
    z = formulas.symbol("z", l, unit)
    st.latex(
        rf"{d} = s \cdot g'({z}) = {formulas.factor(total)} \cdot "
        rf"\underbrace{{{formulas.factor(slope)}}}_{{g'({formulas.number(trace.Z[l][unit - 1, 0])})}} = {formulas.number(value)}"
    )
    if l + 1 < last and len(above) > 1:
        st.caption(f"The largest term comes from unit {best} of layer {l + 1}; its delta is next.")
    return best


def _trace_output(p, l, unit, d, value):
    network, trace = p.network, p.trace
    a, y = trace.A[l][unit - 1, 0], p.Y[unit - 1, 0]
    st.markdown(f"**delta of output unit {unit}:** from the loss.")
    if network.canonical:
        factor = network.loss_function.scale(network.sizes[-1])
        front = "" if factor == 1 else rf"{formulas.number(factor)} \cdot "
        numbers = rf"{front}({formulas.number(a)} - {formulas.number(y)}) = {formulas.number(value)}"
        st.latex(rf"{d} = {front}(\hat y_{{{unit}}} - y_{{{unit}}}) = {numbers}")
    elif network.layers[-1].activation.coupled:
        A, dA = trace.A[l][:, 0], p.arriving(l)[:, 0]
        row = -a * A
        row[unit - 1] += a
        st.latex(formulas.weighted_sum(rf"{d} = \textstyle\sum_j J_{{{unit}j}}\,d\hat y_j", row, dA, total=value))
    else:
        arriving, slope = p.arriving(l)[unit - 1, 0], p.slope(l)[unit - 1, 0]
        st.latex(
            rf"{d} = \frac{{\partial L}}{{\partial \hat y_{{{unit}}}}} \cdot g'(z) = {formulas.factor(arriving)} \cdot "
            rf"{formulas.factor(slope)} = {formulas.number(value)}"
        )


def _links(m, l, unit, source, last, is_bias):
    """Each factor leads to where it came from: the units after it, the unit before it."""
    with st.container(horizontal=True):
        if l > 1 and not is_bias:
            st.button(
                f"a: unit {source} of layer {l - 1}", icon=":material/west:", key="backward:to:before",
                on_click=_go_to, args=(l - 1, source, 1),
            )  # fmt: skip
        if l < last:
            products = np.abs(m.sample_pass.network.layers[l].W[:, unit - 1] * m.sample_pass.trace.delta[l + 1][:, 0])
            for k in np.sort(np.argsort(-products, kind="stable")[:6]):
                st.button(
                    f"delta: unit {k + 1} of layer {l + 1}", icon=":material/east:", key=f"backward:to:{k}",
                    on_click=_go_to, args=(l + 1, int(k) + 1, unit),
                )  # fmt: skip


# 4. Why the gradient shrank


@OVERFLOWING
def shrinkage(m: Moment) -> None:
    """The multipliers of delta's norm, and the verdict in words."""
    steps = passes.shrinkage(m.p)
    if not steps:
        st.info("There is no hidden layer, so delta has no way back to go: nothing shrinks.")
        return
    if any(not np.isfinite(s.ratio) for s in steps):
        st.info("The delta at the output is exactly 0 here, or arrives as 0: there is nothing to compare.")
        return
    st.markdown(_verdict(steps))
    chart(
        figures.multiplier_chart(steps), key="backward:multipliers", title="Multipliers of delta's norm, step by step",
        alternative="; ".join(
            f"layer {s.l + 1} to {s.l}: by the weights {format_number(s.weights)}, by g' {format_number(s.slope)}, both "
            f"{format_number(s.ratio)}"
            for s in steps
        ),
    )  # fmt: skip
    rows = {
        "step": [f"layer {s.l + 1} → {s.l}" for s in steps],
        "by Wᵀ": [format_number(s.weights) for s in steps],
        "by g′": [format_number(s.slope) for s in steps],
        "both": [format_number(s.ratio) for s in steps],
        "‖delta‖ after": [format_number(np.linalg.norm(m.p.trace.delta[s.l])) for s in steps],
    }
    st.table(pd.DataFrame(rows).set_index("step"))


def _verdict(steps):
    n = len(steps)
    times = {1: "once", 2: "twice"}.get(n, f"{n} times")
    with np.errstate(divide="ignore"):
        weights, slopes = (
            float(np.exp(np.mean(np.log(values)))) for values in ([s.weights for s in steps], [s.slope for s in steps])
        )
    total = float(np.prod([s.ratio for s in steps]))
    text = (
        f"From the output to layer 1, ‖delta‖ is multiplied by **{format_number(total)}**: "
        f"by the weights about {format_number(weights)}, {times}, and by g′ about {format_number(slopes)}, {times}. "
    )
    if total == 0:
        return text + "Nothing arrives: every unit on the way is inactive here."
    if total < 0.1:
        return text + (
            "**Vanishing: g′ is small.**" if slopes < weights else "**Vanishing: the weights are too small.**"
        )
    return text + ("**Exploding: the weights are too large.**" if total > 10 else "That is a healthy size.")


# 5. One step


@OVERFLOWING
def one_step(m: Moment) -> None:
    """What the next update does to the batch's loss and to the whole training part's."""
    training = _next_training(m.run, m.frame)
    batch = passes.batch_pass(training)
    after = preview_update(training)
    if not np.isfinite(after).all():
        st.warning("The next update is not finite: the run diverges here. A smaller learning rate helps.")
        return
    whole = batch.n == training.inputs.shape[1]
    views = [
        ("the whole training set" if whole else f"the next batch of {batch.n}", training.batches[training.batch][:2])
    ]
    if not whole:
        views.append((f"all {training.inputs.shape[1]} training samples", (training.inputs, training.targets)))
    penalty = ", penalty included" if training.network.l1 or training.network.l2 else ""
    if passes.is_beyond(m.run, m.frame):
        st.caption(_beyond(m.run))
    columns = st.columns(len(views))
    rate = training.learning_rate if m.run.config.optimizer == "sgd" else None
    for i, (column, (what, (inputs, Y))) in enumerate(zip(columns, views, strict=True)):
        step = step_of(training.network, inputs, Y, after)
        with column:
            _step_numbers(step, what, penalty, f"step{i}", rate)


def _step_numbers(step, what, penalty, key, rate):
    st.markdown(f"**Loss on {what}{penalty}**")
    with st.container(horizontal=True):
        st.metric("before", f"{step.before:.6g}", width="content")
        st.metric("after", f"{step.after:.6g}", width="content")
        st.metric("decrease", format_number(step.actual), width="content")
    chart(
        figures.step_chart(step, what, rate), key=f"backward:{key}", title=f"Loss on {what} along the update",
        alternative=f"Before the step {format_number(step.before)}, after it {format_number(step.after)}; smallest found at "
        f"s = {format_number(step.best)}: {format_number(step.best_loss)}.",
    )  # fmt: skip
    share = (
        f" ({format_percent(step.actual / step.predicted)} of it)"
        if step.predicted > 0 and np.isfinite(step.actual)
        else ""
    )
    rises = " The tangent rises: for these samples the update leads uphill." if step.predicted < 0 else ""
    best = "falling" if step.best >= FARTHEST else "smallest"
    best_rate = "" if rate is None else f" (η = {format_number(step.best * rate)}; the run's is {format_number(rate)})"
    best = f"{best} at s = {format_number(step.best)}{best_rate}, where it is {format_number(step.best_loss)}"
    angle = f"{step.angle:.1f}°" if np.isfinite(step.angle) else "–"
    st.markdown(
        f"Predicted decrease {format_number(step.predicted)}, actual {format_number(step.actual)}{share}.{rises} "
        f"Along this line the loss is {best}. Angle between update and negative gradient: {angle}."
    )


# 6. The ladder


@OVERFLOWING
def ladder(m: Moment) -> None:
    """Forward, loss, backward, update: a phase, a step or an epoch at a time, on a training of this session's own."""
    state = st.session_state.get("backward:ladder")
    if state is None or state["run"] is not m.run or state["frame"] != m.frame:
        state = {
            "run": m.run,
            "frame": m.frame,
            "training": passes.next_training(m.run, m.frame),
            "phase": 0,
            "taken": 0,
        }
        st.session_state["backward:ladder"] = state
    training = state["training"]
    over = training.epoch >= len(training.rates)
    n = len(training.batches)
    done = f"{state['taken']} step{'' if state['taken'] == 1 else 's'} taken from this frame"
    st.markdown(
        f"Epoch {training.epoch}, batch {training.batch + 1} of {n} · {done} · "
        f"learning rate {format_number(training.learning_rate)}"
    )
    labels = ("Forward", "Loss", "Backward", "Preview the update", "Commit the update")
    with st.container(horizontal=True):
        st.button(labels[state["phase"]], key="backward:phase", type="primary", on_click=_next_phase, disabled=over)
        sample = n > 1 and training.batches[training.batch][0].shape[1] == 1
        st.button(
            "One step: " + ("this sample" if sample else "this mini-batch" if n > 1 else "the whole set"),
            key="backward:step", on_click=_take, args=(1,), disabled=over,
        )  # fmt: skip
        st.button("To the epoch's end", key="backward:epoch", on_click=_take, args=(n - training.batch,), disabled=over)
        st.button("Start over", key="backward:over", on_click=_restart, disabled=not (state["taken"] or state["phase"]))
    if over:
        st.info("The run's epochs are over. Start over, or choose an earlier frame.")
    else:
        _phases(m, training, state["phase"])
    _compare(m, training, state)


def _phases(m, training, phase):
    p = passes.batch_pass(training)
    total = p.data_loss + p.penalty
    old = p.weight(*m.weight)
    new = _new_weight(training, m.weight) if phase >= 4 else None
    shown = (
        ("1 · forward: mean output", p.trace.A[-1][0].mean()),
        ("2 · loss, penalty included" if p.penalty else "2 · loss", total),
        (f"3 · backward: d{m.name}", p.gradient(*m.weight)),
        (f"4 · update: {m.name}", new),
    )
    with st.container(horizontal=True):
        for i, (label, value) in enumerate(shown):
            hide = (m.hidden and i == 2) or (m.new_hidden and i == 3)
            st.metric(label, "·" if i >= phase else "?" if hide else format_number(value))
    if phase >= 4 and not m.new_hidden:
        st.caption(f"{m.name} goes from {old!r} to {new!r}; commit it, and that is bit for bit what it is.")


def _compare(m, training, state):
    """Where the ladder meets a recorded frame, whether the two are the same."""
    history = m.run.history
    at = np.flatnonzero(history.epoch == training.epoch)
    if not state["taken"] or training.batch or not len(at):
        return
    same = np.array_equal(history.theta[at[0]], training.network.theta)
    text = f"This is frame {at[0]} of the run, epoch {training.epoch}: all {training.network.n_params} parameters "
    (st.success if same else st.error)(text + ("are equal, bit for bit." if same else "should be equal, and are not."))


def _next_phase():
    state = st.session_state["backward:ladder"]
    if state["phase"] == 4:
        _take(1)
    else:
        state["phase"] += 1


@OVERFLOWING
def _take(n_steps):
    state = st.session_state["backward:ladder"]
    training = state["training"]
    for _ in range(n_steps):
        training.gradient()
        training.update()
    state["taken"] += n_steps
    state["phase"] = 0


def _restart():
    st.session_state.pop("backward:ladder", None)


# 7. The gradient check


@OVERFLOWING
def live_check(m: Moment) -> None:
    """All parameters at this frame, analytic against numeric; and the V of the error against the step size."""
    opened = st.expander("Check every gradient of this network, now", key="backward:check", on_change="rerun")
    if not opened.open:
        return
    with opened:
        if m.hidden:
            st.info(f"The check shows every gradient, so it waits until your prediction of d{m.name} is right.")
            return
        check, words = check_of(m.run, m.frame)
        st.markdown(words)
        network, X, y = m.run.network(m.frame), m.run.dataset.X_train[:200], m.run.dataset.y_train[:200]
        weights = np.concatenate(
            [np.argwhere(np.ones(block.shape, bool)) + 1 for block in network.blocks(network.theta)]
        )
        layers = np.repeat(np.arange(1, len(network.layers) + 1), [b.size for b in network.blocks(network.theta)])
        left, right = st.columns(2)
        with left:
            st.markdown("**All on the diagonal**")
            chart(
                figures.check_chart(check, np.column_stack([layers, weights])), key="backward:check:points",
                title="Backward against the difference quotient", choose=_weight_clicked,
                alternative=f"A point a parameter, all within {check.max_relative_error:.1e} of the diagonal.",
            )  # fmt: skip
        with right:
            st.markdown("**The error against the step size is a V**")
            steps = 10.0 ** np.arange(-13, 0.1, 0.5)
            chosen = _telling_parameters(check, layers)
            errors = error_by_step(network, X, y, chosen, steps)
            names = [check.names[i] for i in chosen]
            smallest = (f"{name} at h = {steps[i]:.0e}" for name, i in zip(names, errors.argmin(axis=1), strict=True))
            chart(
                figures.step_size_chart(steps, errors, names), key="backward:check:steps",
                title="The error against the step size", alternative=f"Smallest for {'; '.join(smallest)}.",
            )  # fmt: skip
        rows = [
            {
                "layer": str(l),
                "parameters": int((layers == l).sum()),
                "largest relative error": f"{_worst(check, layers == l):.1e}",
            }
            for l in range(1, len(network.layers) + 1)
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def _worst(check, at):
    judged = check.relative_error[at & ~check.crosses_kink]
    return judged.max() if len(judged) else np.nan


def _telling_parameters(check, layers):
    """The parameter with the largest gradient of each layer, at most five layers: the chosen indices."""
    found = []
    for l in np.unique(layers)[:5]:
        at = np.flatnonzero(layers == l)
        found.append(int(at[np.argmax(np.abs(check.analytic[at]))]))
    return found


# 8. Why it is worth it


@OVERFLOWING
def worth(m: Moment) -> None:
    """Multiply-adds and time of forward, backward and finite differences; the curve over size on demand."""
    opened = st.expander("Measure it here", key="backward:worth", on_change="rerun")
    if not opened.open:
        return
    with opened:
        run = m.run
        X, y = run.dataset.X_train, run.dataset.y_train
        cost = cost_of(run.network(m.frame), X, y)
        n_params = cost.n_params
        rows = [
            ("one forward pass", cost.forward_adds, cost.forward_seconds),
            ("one backward pass: all gradients", cost.backward_adds, cost.backward_seconds),
            (
                f"one-sided differences: P + 1 = {n_params + 1} forward passes",
                (n_params + 1) * cost.forward_adds,
                cost.one_sided,
            ),
            (
                f"central differences: 2P = {2 * n_params} forward passes",
                2 * n_params * cost.forward_adds,
                cost.central,
            ),
        ]
        table = {
            "what": [row[0] for row in rows],
            "multiply-adds a sample": [f"{row[1]:,}" for row in rows],
            f"time, {len(X)} samples": [f"{format_number(1000 * row[2])} ms" for row in rows],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True)
        ratio = cost.central / max(cost.forward_seconds + cost.backward_seconds, 1e-12)
        st.markdown(
            f"For these {n_params} parameters, central differences take **{format_number(ratio)} times** as long as one forward "
            "and one backward pass. Forward and backward are measured; differences are that many measured forward passes."
        )
        if st.button("Measure networks of other sizes", key="backward:sizes"):
            costs = cost_by_width(run.network(m.frame), X[:500], y[:500], (2, 4, 8, 16, 32, 64, 128, 256))
            chart(
                figures.cost_chart(costs), key="backward:costs", title="Time against the number of parameters",
                alternative="; ".join(
                    f"{c.n_params} parameters: forward {format_number(1000 * c.forward_seconds)} ms, central differences "
                    f"{format_number(1000 * c.central)} ms"
                    for c in costs
                ),
            )  # fmt: skip
            st.caption(
                "One hidden layer of 2 to 256 units. Backward grows like the network, differences like its square."
            )


def backward_code(m: Moment) -> None:
    """The code that ran: the loss's own gradient, the chosen layer's activation, both passes' frame, the check."""
    opened = st.expander("The code that ran", key="backward:code", on_change="rerun")
    if opened.open:
        with opened:
            network = m.p.network
            activation = network.activations[m.layer - 1]
            sources(
                network.loss_function.gradient, Network.output_delta, Network.backpropagate, Network.sum_one_by_one,
                Activation.backward, activation.derivative, *((activation.jacobian,) if activation.coupled else ()),
                Training.update, check_gradients,
            )  # fmt: skip
