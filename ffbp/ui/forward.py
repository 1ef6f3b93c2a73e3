"""The page of the forward pass: one sample's way through the network of one frame, with the numbers of the core's trace.

A `ForwardPass` holds that network and its trace; everything shown is read from it. Each function draws one section of the page
and belongs inside the page's fragment, so that another frame, sample or unit draws the sections anew and nothing else.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

from ffbp.analysis.layer_view import MAX_LINE_SAMPLES, layer_view, linear_map, straight_line_score
from ffbp.analysis.plane import cell_centres, plane_inputs
from ffbp.core.network import Network, Trace
from ffbp.data.source import REGRESSION
from ffbp.figures import forward as pictures
from ffbp.figures import latex as formulas
from ffbp.ui import address, control
from ffbp.ui.chart import chart, theme
from ffbp.ui.panels import sources
from ffbp.ui.runs import Shown
from ffbp.ui.samples import Sample, choose_sample, chosen_sample
from ffbp.words.numbers import format_number, format_percent

MAX_WRITTEN, MAX_SIDE = 60, 12  # a larger matrix is drawn instead of written
MAX_REACH = 40.0  # z beyond this, of a run that diverges, would leave nothing of the curve to see
NO_NUMBER, NOT_A_NUMBER = format_number(np.nan), "The output is no longer a number: the sums on the way overflow."
BROAD = 5  # with more columns than this a layer's formula takes two lines
DRAWN_SAMPLES, RANGE_FRAMES, GRID_LINES, GRID_POINTS = 300, 12, 11, 41


@dataclass(frozen=True)
class ForwardPass:
    """The network of a frame (a copy of its own) and its trace of the chosen sample; layer 1.., unit counted from 0."""

    shown: Shown
    frame: int
    sample: Sample
    network: Network
    trace: Trace
    layer: int
    unit: int

    @property
    def dataset(self):
        return self.shown.run.dataset

    @property
    def output_names(self) -> tuple[str, ...]:
        """What the outputs stand for: classes, or the target."""
        names = self.dataset.class_names
        return names if len(names) == self.network.sizes[-1] else (self.dataset.target_name,)

    def loss(self, network: Network, X: np.ndarray):
        """What the loss charges a network for this sample; None for typed inputs, which have no target."""
        return None if self.sample.y is None else float(network.loss(X, self.sample.y))


def pass_of(shown: Shown, frame: int) -> ForwardPass:
    """The forward pass of the chosen sample at a frame."""
    view = st.session_state[address.VIEW_STATE]
    sample, network = chosen_sample(shown.run.dataset), shown.run.network(frame)
    layer, unit = view.get("layer", 1), view.get("unit", 1) - 1
    return ForwardPass(shown, frame, sample, network, network.forward(sample.X), layer, unit)


def unit_chooser(shown: Shown) -> None:
    """Choose the unit whose sum is written out; it is in the link and shared with the other pages."""
    view, sizes = st.session_state[address.VIEW_STATE], shown.run.config.resolve(shown.run.dataset).sizes
    left, right = st.columns(2)
    layer = view.get("layer", 1)
    last = len(sizes) - 1
    control.show(
        left, "selectbox", "Layer", range(1, last + 1), name="forward:layer", value=layer, on_change=_layer_chosen,
        labels=(last,), format_func=lambda l: f"{l} (output)" if l == last else str(l),
    )  # fmt: skip
    control.show(
        right, "selectbox", "Unit", range(1, sizes[layer] + 1), name=f"forward:unit:{layer}", value=view.get("unit", 1),
        on_change=_unit_chosen, labels=(sizes[layer],),
    )  # fmt: skip


def _layer_chosen(layer):
    address.look_at("layer", layer)
    address.view().pop("unit", None)


def _unit_chosen(unit):
    address.look_at("unit", unit)


# The output in words


def output_in_words(p: ForwardPass) -> None:
    """What the output says about this sample, and what the loss charges for it."""
    network, trace = p.network, p.trace
    name, value = _decision(p, network, trace)
    loss = p.loss(network, p.sample.X)
    with st.container(horizontal=True):  # side by side on a phone, too
        st.metric("The network says", name)
        st.metric(*value)
        st.metric("Loss of this sample", "no target" if loss is None else format_number(loss))
    if loss is None:
        lost = "" if _is_number(trace) else f"{NOT_A_NUMBER} "
        st.markdown(f"{lost}Typed inputs have no target, so there is nothing to be charged for.")
        return
    st.markdown(_judgement(p, network, trace))
    if formula := _loss_formula(network, trace, p.sample.y, loss):
        st.latex(formula)
    st.caption(formulas.plain(f"{network.loss_function.label}: {network.loss_function.formula}"))


def _decision(p, network, trace):
    """The answer as text, and the number behind it with its label."""
    decided = network.decide(trace.A[-1])[0]
    a = trace.A[-1][:, 0]
    if p.dataset.task == REGRESSION:
        own = format_number(p.dataset.decode_target(decided))
        return f"{own}", ("Output a, as trained", format_number(decided))
    name = formulas.plain(p.dataset.class_names[int(decided)]) if _is_number(trace) else NO_NUMBER
    if len(a) > 1:
        return name, ("Its probability" if network.gives_probabilities else "Its output", format_number(a.max()))
    if network.activations[-1].key != "sigmoid":
        return name, ("Output a", format_number(a[0]))
    return name, (f"Probability of {formulas.plain(p.dataset.class_names[1])}", format_number(a[0]))


def _is_number(trace) -> bool:
    """Whether every output is one; where one is not, there is no largest and nothing is decided."""
    return not np.isnan(trace.A[-1]).any()


def _judgement(p, network, trace):
    """Right or wrong, or how far off in the target's own units."""
    decided, y = network.decide(trace.A[-1])[0], p.sample.y[0]
    target_name = formulas.plain(p.dataset.target_name)
    if p.dataset.task == REGRESSION and not _is_number(trace):
        target = formulas.plain(format_number(p.dataset.decode_target(y)))
        return f"{target_name} should be **{target}**. {NOT_A_NUMBER}"
    if p.dataset.task == REGRESSION:
        own, target = p.dataset.decode_target(decided), p.dataset.decode_target(y)
        return (
            f"{target_name} should be **{formulas.plain(format_number(target))}**; the network is off by "
            f"**{formulas.plain(format_number(own - target))}**, in the target's own units."
        )
    true = formulas.plain(p.dataset.class_names[int(y)])
    if not _is_number(trace):
        return f"The true {target_name} is **{true}**. {NOT_A_NUMBER}"
    return f"The true {target_name} is **{true}**: the answer is **{'right' if decided == y else 'wrong'}**."


def _loss_formula(network, trace, y, loss):
    """The loss of one sample with its numbers, or "" where it would be too long."""
    a, target = trace.A[-1][:, 0], network.targets(y)[:, 0]
    key, n = network.loss_function.key, formulas.number
    if key == "mse" and len(a) <= 4:
        squares = " + ".join(rf"({n(o)} {formulas.signed(-t)})^2" for o, t in zip(a, target, strict=True))
        mean = squares if len(a) == 1 else rf"\tfrac{{1}}{{{len(a)}}}\left({squares}\right)"
        return rf"L = {mean} = \mathbf{{{n(loss)}}}"
    if key == "cce":
        return rf"L = -\ln a_{{{int(target.argmax()) + 1}}} = -\ln {n(a[target.argmax()])} = \mathbf{{{n(loss)}}}"
    if key == "bce" and len(a) == 1:
        inside = n(a[0]) if target[0] == 1 else f"(1 - {n(a[0])})"
        return rf"L = -\ln {inside} = \mathbf{{{n(loss)}}}"
    return ""


# The pass as a picture and as formulas


def pass_diagram(p: ForwardPass) -> None:
    """The network as a picture of this one pass."""
    chosen = (p.layer, p.unit)
    picture, left_out = pictures.pass_picture(
        p.network, p.trace, p.dataset.input_names, p.output_names, theme=theme(), chosen=chosen
    )
    chart(
        picture, key="forward:picture", title=f"The pass of {p.sample.label} as a picture",
        alternative=_pass_in_words(p), choose=_unit_clicked,
    )  # fmt: skip
    st.caption(
        f"In the nodes: a. On the edges: w·a, thicker where larger, dashed orange where negative. The thick rim is the "
        f"chosen unit; a click chooses another. All digits under the pointer. {left_out}"
    )


def _pass_in_words(p):
    """The activations of every layer, for those who do not see the picture."""
    layers = (
        f"{'inputs' if l == 0 else f'layer {l}'}: {', '.join(format_number(a) for a in A[: pictures.MAX_UNITS, 0])}"
        + (" and more" if len(A) > pictures.MAX_UNITS else "")
        for l, A in enumerate(p.trace.A)
    )
    return f"Activations. {'; '.join(layers)}."


def _unit_clicked(choice):
    layer, unit = (int(number) for number in choice)
    st.session_state[address.VIEW_STATE].update(layer=layer, unit=unit)


def layer_by_layer(p: ForwardPass) -> None:
    """z = W a + b and a = g(z) of every layer, with its numbers and shapes."""
    for l, layer in enumerate(p.network.layers, start=1):
        kind = "Output layer" if l == len(p.network.layers) else "Layer"
        st.markdown(f"**{kind} {l}** · {layer.activation.label} · g(z) = {formulas.plain(layer.activation.formula)}")
        if layer.W.size <= MAX_WRITTEN and max(layer.W.shape) <= MAX_SIDE:
            for line in written_layer(p.network, p.trace, l):
                st.latex(line)
        else:
            _drawn_layer(p, l)
    _full_digits(p)


def written_layer(network: Network, trace: Trace, l: int) -> list[str]:
    """The LaTeX of one layer's ``z = W a + b`` and ``a = g(z)`` with numbers: one line, or two for a broad matrix."""
    layer, z, a = network.layers[l - 1], formulas.symbol("z", l), formulas.symbol("a", l)
    W, b, before = formulas.symbol("W", l), formulas.symbol("b", l), formulas.symbol("a", l - 1)
    product = rf"{formulas.shaped(layer.W, W)}\;{formulas.shaped(trace.A[l - 1], before)}"
    bias = f"+ {formulas.shaped(layer.b, b)}"
    result = rf"= {formulas.shaped(trace.Z[l], z)}, \qquad {a} = g({z}) = {formulas.shaped(trace.A[l])}"
    if layer.n_in > BROAD:
        return [f"{z} = {product}", f"{bias} {result}"]
    return [f"{product} {bias} {result}"]


def _drawn_layer(p, l):
    """A large layer: its formula with shapes, and for the chosen layer the heat map."""
    layer, z = p.network.layers[l - 1], formulas.symbol("z", l)
    before, a = formulas.symbol("a", l - 1), formulas.symbol("a", l)
    under = lambda name, array: rf"\underset{{{formulas.shape(array)}}}{{{name}}}"  # noqa: E731
    st.latex(
        f"{under(z, layer.b)} = {under(formulas.symbol('W', l), layer.W)}\\;{under(before, p.trace.A[l - 1])} + "
        rf"{under(formulas.symbol('b', l), layer.b)}, \qquad {under(a, layer.b)} = g({z})"
    )
    if l != p.layer:
        st.caption(f"Too large to be written out. Choose layer {l} above to see its numbers as colours.")
        return
    picture = pictures.layer_map(layer.W, p.trace.A[l - 1], layer.b, p.trace.Z[l], p.trace.A[l], layer=l, theme=theme())
    weights = f"{layer.W.size} weights from {format_number(layer.W.min())} to {format_number(layer.W.max())}"
    chart(
        picture, key=f"forward:map:{l}", title=f"Layer {l} as colours", choose=_unit_clicked,
        alternative=f"{layer.n_out} units with {layer.n_in} inputs each: {weights}. All digits stand in the table below.",
    )  # fmt: skip
    st.caption(
        "Top row: what comes in. Large block: W. Right: b, z, a. Blue is positive, orange negative; each block has its "
        "own scale. A click on b, z or a chooses the unit."
    )


def _full_digits(p):
    """The chosen layer as a table with all digits, sent only when somebody looks."""
    box = st.expander(f"All digits of layer {p.layer}", key="forward:digits", on_change="rerun")
    if not box.open:
        return
    l, layer = p.layer, p.network.layers[p.layer - 1]
    table = pd.DataFrame({"unit": np.arange(1, layer.n_out + 1)})
    table[f"z[{l}]"], table[f"a[{l}]"], table["b"] = p.trace.Z[l][:, 0], p.trace.A[l][:, 0], layer.b[:, 0]
    weights = pd.DataFrame(layer.W, columns=[f"w from {j + 1}" for j in range(layer.n_in)])
    numbers = st.column_config.NumberColumn(format="%.17g")
    table = pd.concat([table, weights], axis="columns")
    box.dataframe(table, hide_index=True, column_config=dict.fromkeys(table.columns[1:], numbers))
    before = pd.DataFrame({f"a[{l - 1}]": p.trace.A[l - 1][:, 0]}).T
    before.columns = [str(j + 1) for j in range(layer.n_in)]
    box.dataframe(before, column_config=dict.fromkeys(before.columns, numbers))


def chosen_unit(p: ForwardPass) -> None:
    """The chosen unit's sum written out, then g and g' with this z marked on both."""
    l, u, layer = p.layer, p.unit, p.network.layers[p.layer - 1]
    z, a = formulas.symbol("z", l, u + 1), formulas.symbol("a", l, u + 1)
    left, right = st.columns([3, 2])
    with left:
        st.markdown(f"**Unit {u + 1} of layer {l}**, written out: each input times its weight, then the bias.")
        st.latex(
            formulas.weighted_sum(
                z, layer.W[u], p.trace.A[l - 1][:, 0], layer.b[u, 0], total=p.trace.Z[l][u, 0]
            )
        )  # fmt: skip
        st.latex(rf"{a} = g({formulas.number(p.trace.Z[l][u, 0])}) = \mathbf{{{formulas.number(p.trace.A[l][u, 0])}}}")
        with np.errstate(all="ignore"):  # a z without measure, typed or of a run that diverges
            slope = layer.activation.derivative(p.trace.Z[l], p.trace.A[l], np.empty_like(p.trace.Z[l]))[u, 0]
        st.latex(rf"g'({formulas.number(p.trace.Z[l][u, 0])}) = \mathbf{{{formulas.number(slope)}}}")
        if layer.activation.coupled:
            st.caption("Softmax looks at all z of its layer; the curve moves this one and holds the others fixed.")
    with right:
        curves = pictures.activation_curves(layer.activation, p.trace.Z[l], p.trace.A[l], u, l, reach=_reach(p))
        marked = (format_number(value) for value in (p.trace.Z[l][u, 0], p.trace.A[l][u, 0], slope))
        chart(
            curves, key="forward:curves", title=f"{layer.activation.label} and its derivative, unit {u + 1} of layer {l}",
            alternative="g and g' over z; marked are z = {}, g(z) = {} and g'(z) = {}.".format(*marked),
        )  # fmt: skip


def _reach(p):
    """How far the curves' axis goes: far enough for this unit's z at all frames, so that only the mark moves."""
    Z = p.network.with_theta(p.shown.run.history.theta.copy()).forward(p.sample.X).Z[p.layer]
    sizes = np.abs(Z[:, p.unit, 0])
    sizes = sizes[np.isfinite(sizes) & (sizes < MAX_REACH)]
    return max(4.0, 1.1 * float(sizes.max(initial=0.0)))


def one_linear_map(p: ForwardPass) -> None:
    """Where no hidden layer bends anything: the product of all matrices, which does the same."""
    hidden = p.network.activations[:-1]
    if not hidden or any(activation.key != "identity" for activation in hidden):
        return
    W, b = linear_map(p.network)
    last = len(p.network.layers)
    z = formulas.symbol("z", last)
    st.markdown(
        "**One linear map.** Every hidden activation is the identity, so the matrices multiply to a single one: this "
        "network can do no more than a network without hidden layers."
    )
    factors = r"\,".join(formulas.symbol("W", l) for l in range(last, 0, -1))
    if W.size <= MAX_WRITTEN and max(W.shape) <= MAX_SIDE:
        st.latex(formulas.matrix(f"W = {factors}", W))
        st.latex(
            rf"{z} = W\,x + b = {formulas.shaped(W, 'W')}\;{formulas.shaped(p.trace.A[0], 'x')} + "
            rf"{formulas.shaped(b, 'b')} = {formulas.shaped(p.trace.Z[last])}"
        )
        return
    st.latex(rf"W = {factors}, \qquad {z} = W\,x + b")
    table = pd.DataFrame(np.hstack([W, b]), columns=[*(f"w{j + 1}" for j in range(W.shape[1])), "b"])
    st.dataframe(table, hide_index=True)


# What if


def what_if(p: ForwardPass) -> None:
    """Type over one input, weight or bias of a copy and see the pass change, the original beside it."""
    kinds, target, new = st.columns(3)
    layer = p.network.layers[p.layer - 1]
    kind = kinds.selectbox("Change", ("an input", "a weight of the chosen unit", "the bias of the chosen unit"),
                           key="forward:kind")  # fmt: skip
    index = 0
    if not kind.startswith("the bias"):
        is_input = kind == "an input"
        names = _input_labels(p)[: len(p.dataset.columns)] if is_input else _source_labels(p)
        index = control.kept(
            target, "selectbox", "Which input" if is_input else f"Weight of layer {p.layer}, unit {p.unit + 1}, from",
            range(len(names)), name=f"forward:which:{0 if is_input else p.layer}", labels=names,
            format_func=lambda i: names[i],
        )  # fmt: skip
    else:
        target.selectbox("Which", [f"layer {p.layer}, unit {p.unit + 1}"], key=f"forward:b:{p.layer}:{p.unit}")
    place = {"an input": "x"}.get(kind, f"{kind.split()[1]}:{p.layer}:{p.unit}")
    old = {
        "an input": lambda: p.sample.chosen[index],
        "a weight of the chosen unit": lambda: layer.W[p.unit, index],
        "the bias of the chosen unit": lambda: layer.b[p.unit, 0],
    }[kind]()
    key = f"forward:new:{place}:{index}"
    typed = new.text_input(
        "New value", key=key, placeholder=f"now {format_number(old)}", help="A number with a point or a comma."
    )
    if not typed.strip():
        st.caption("Type a new value: the pass of a copy is shown beside the original. The run never changes.")
        return
    value = address.as_number(typed)
    if value is None:
        st.error(formulas.plain(f"a new value must be a finite number such as 0.5 or 0,5, got {typed[:40]!r}"))
        return
    st.button("Back to the original", key="forward:back", on_click=_forget, args=(key,), icon=":material/undo:")
    network, X = _changed(p, kind, index, value)
    trace = network.forward(X)
    _compare(p, network, X, trace, (_name(p, kind, index), old, value))


def _forget(key):
    st.session_state[key] = ""


def _input_labels(p):
    return [f"x{i + 1}: {name}" for i, name in enumerate(p.dataset.input_names)]


def _source_labels(p):
    if p.layer == 1:
        return _input_labels(p)
    return [f"layer {p.layer - 1}, unit {j + 1}" for j in range(p.network.sizes[p.layer - 1])]


def _name(p, kind, index):
    """The changed number's name, as a formula for a label."""
    if kind == "an input":
        return f"$x_{{{index + 1}}}$" + (" in its own units" if p.dataset.encodes else "")
    if kind.startswith("a weight"):
        return f"$W^{{[{p.layer}]}}_{{{p.unit + 1},{index + 1}}}$"
    return f"$b^{{[{p.layer}]}}_{{{p.unit + 1}}}$"


def _changed(p, kind, index, value):
    """A copy of the network, or the inputs, with one number replaced."""
    network = p.network.with_theta(p.network.theta.copy())
    layer, X = network.layers[p.layer - 1], p.sample.X
    if kind == "an input":
        chosen = np.array(p.sample.chosen, dtype=float)
        chosen[index] = value
        X = p.dataset.encode_columns(chosen[None])
    elif kind.startswith("a weight"):
        layer.W[p.unit, index] = value
    else:
        layer.b[p.unit, 0] = value
    return network, X


def _compare(p, network, X, trace, change):
    """Old and new: what was changed, the chosen unit, the output and the loss; then both passes as pictures."""
    l, u = p.layer, p.unit
    what, old, value = change
    rows = [(what, old, value)]
    rows += [(f"${name}^{{[{l}]}}_{{{u + 1}}}$", before[l][u, 0], after[l][u, 0])
             for name, before, after in (("z", p.trace.Z, trace.Z), ("a", p.trace.A, trace.A))]  # fmt: skip
    k = 0 if len(trace.A[-1]) == 1 else int(np.nan_to_num(p.trace.A[-1][:, 0]).argmax())
    rows.append((f"output $a_{{{k + 1}}}$", p.trace.A[-1][k, 0], trace.A[-1][k, 0]))
    if p.dataset.task == REGRESSION:
        own = p.dataset.decode_target
        rows.append((formulas.plain(p.dataset.target_name), own(rows[-1][1]), own(rows[-1][2])))
    if p.sample.y is not None:
        rows.append(("loss", p.loss(p.network, p.sample.X), p.loss(network, X)))
    for column, (label, before, after) in zip(st.columns(len(rows)), rows, strict=True):
        column.metric(label, format_number(after), f"was {format_number(before)}", delta_color="off", delta_arrow="off")
    (before, _), (after, _) = _decision(p, p.network, p.trace), _decision(p, network, trace)
    if not _is_number(trace):
        st.markdown(NOT_A_NUMBER)
    elif p.dataset.task != REGRESSION:
        st.markdown(
            f"The network still says **{before}**."
            if before == after
            else f"The answer changes from **{before}** to **{after}**."
        )
    for column, title, changed in zip(
        st.columns(2), ("As it is", "What if"), (p, replace(p, network=network, trace=trace)), strict=True
    ):
        with column:
            st.markdown(f"**{title}**")
            picture, _ = pictures.pass_picture(
                changed.network, changed.trace, p.dataset.input_names, p.output_names, theme=theme(), chosen=(l, u)
            )
            chart(picture, key=f"forward:what-if:{title}", title=title, alternative=_pass_in_words(changed))


# All samples at once


def all_samples(p: ForwardPass) -> None:
    """What each hidden layer does to all samples and to a grid over the plane, and how far a straight line gets."""
    box = st.expander("What each layer does to all training samples", key="forward:space", on_change="rerun")
    if not box.open:
        return
    with box:
        regression = p.dataset.task == REGRESSION
        st.markdown(
            "Every hidden layer moves all samples. The grid, drawn over the plane of the inputs, shows how the layer "
            "bends, folds and stretches. A classifier's last layer can only draw a straight line: the hidden layers "
            "must make the classes separable before it."
            if not regression
            else "Every hidden layer moves all samples. The last layer can only fit a straight line (a plane) to what "
            "it gets: the hidden layers must make the target linear before it."
        )
        spaces = _spaces(p)
        for first in range(0, len(spaces), 3):
            for l, (column, (picture, name, line, caption)) in enumerate(
                zip(st.columns(3), spaces[first : first + 3], strict=False), start=first
            ):
                with column:
                    st.markdown(f"**{name}**: a straight line gets **{line}**")
                    chart(
                        picture, key=f"forward:space:{l}", title=f"The training samples: {name.lower()}",
                        alternative=f"Samples and grid; a straight line gets {line}. {caption}", choose=choose_sample,
                    )  # fmt: skip
                    st.caption(caption)
        st.caption(
            ("R² of least squares" if regression else "Accuracy of scikit-learn's logistic regression (C = 10)")
            + f", fitted to each layer's activations of at most {MAX_LINE_SAMPLES} training samples. "
            f"At most {DRAWN_SAMPLES} are drawn, in the boundary panel's colours. The axes stay the same in all frames; a "
            "principal axis is that of the last frame. With more than two numbers, the straight line is a plane."
            + (" The grid is a slice: the other inputs stay at their training mean." if p.shown.plane.is_slice else "")
        )


def _spaces(p):
    """A picture a layer, the inputs first, with its name, how far a straight line gets, and its caption."""
    run, dataset, plane = p.shown.run, p.dataset, p.shown.plane
    X, y = dataset.X_train[:MAX_LINE_SAMPLES], dataset.y_train[:MAX_LINE_SAMPLES]
    trace, final = p.network.forward(X), run.network(-1).forward(X)
    lines = _grid_lines(plane)
    grid = p.network.forward(plane_inputs(dataset, plane, lines.reshape(-1, lines.shape[-1])))
    frames = np.unique(np.linspace(0, run.n_frames - 1, RANGE_FRAMES).astype(int))
    stack = p.network.with_theta(run.history.theta[frames].copy()).forward(X[:DRAWN_SAMPLES])
    regression = dataset.task == REGRESSION
    targets = dataset.decode_target(y) if regression else y
    spaces = []
    for l in range(len(p.network.layers)):
        view = layer_view(final.A[l])
        one_unit = len(trace.A[l]) == 1
        places, lines_there = view.place(trace.A[l]), view.place(grid.A[l]).reshape(*lines.shape[:2], 2)
        everywhere = np.concatenate(
            [places[:DRAWN_SAMPLES], *(view.place(A) for A in (stack.A[l] if l else stack.A[0][None]))]
        )
        marked = view.place(p.trace.A[l])[0]
        if one_unit:  # a line: the target is the height
            places[:, 1] = targets
            everywhere = np.concatenate([everywhere, places])
            everywhere[: len(targets), 1] = targets[: len(everywhere)]
            lines_there = lines_there[:0]
            y_chosen = p.sample.y
            marked = marked if y_chosen is None else np.array(
                [marked[0], dataset.decode_target(y_chosen[0]) if regression else y_chosen[0]]
            )  # fmt: skip
        titles = _titles(l, len(trace.A[l]), view.principal)
        picture = pictures.layer_space(
            places[:DRAWN_SAMPLES], targets[:DRAWN_SAMPLES], lines_there, _ranges(everywhere), titles,
            class_names=dataset.class_names, rows=dataset.rows_train[: len(places[:DRAWN_SAMPLES])], marked=marked,
        )  # fmt: skip
        score = straight_line_score(trace.A[l], y, regression=regression)
        line = f"R² {format_number(score)}" if regression else format_percent(score)
        kept = f"The picture keeps {format_percent(view.share(trace.A[l]))} of the variance. " if view.principal else ""
        units = len(trace.A[l])
        name = f"After layer {l}" if l else "The inputs"
        spaces.append((picture, name, line, f"{units} {'number' if units == 1 else 'numbers'} a sample. {kept}"))
    return spaces


def _titles(l, n_units, principal):
    if principal:
        return "1st principal axis", "2nd principal axis"
    first, second = ("x1", "x2") if l == 0 else (f"a1 of layer {l}", f"a2 of layer {l}")
    return (first, second if n_units > 1 else "target")


def _grid_lines(plane):
    """Lines over the plane: (n_lines, n_points, 2), or one line (1, n_points, 1) for one input."""
    along_x = np.linspace(*plane.x_range, GRID_POINTS)
    if plane.is_line:
        return along_x[None, :, None]
    along_y = np.linspace(*plane.y_range, GRID_POINTS)
    down = [np.column_stack([np.full(GRID_POINTS, x), along_y]) for x in cell_centres(plane.x_range, GRID_LINES)]
    across = [np.column_stack([along_x, np.full(GRID_POINTS, y)]) for y in cell_centres(plane.y_range, GRID_LINES)]
    return np.array([*down, *across])


def _ranges(places):
    """Ranges around all places, with a margin."""
    ranges = []
    for values in places.T:
        values = values[np.isfinite(values)]
        low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
        low, high = np.clip([low, high], -pictures.FARTHEST, pictures.FARTHEST)
        pad = 0.1 * (high - low) or 0.5
        ranges.append([float(low - pad), float(high + pad)])
    return ranges


def source_code(p: ForwardPass) -> None:
    """The code that computed this pass, as it is in the package."""
    box = st.expander("The code that computed this pass", key="forward:code", on_change="rerun")
    if not box.open:
        return
    activation = p.network.activations[p.layer - 1]
    with box:
        sources(Network.propagate, activation.forward, activation.derivative)
