"""The experiment as one NumPy script: forward, backward and update, written out for this network.

It performs the core's operations in the core's order, so on the same machine its losses equal the run's bit for bit.
Comments relate each line to the dashboard's notation.
"""

import inspect
import re

from ffbp.programs import program
from ffbp.programs.facts import Facts
from ffbp.programs.layout import docstring, fold, literal
from ffbp.programs.plain import Definitions
from ffbp.programs.program import Section, Steps
from ffbp.training.loop import clip_factor
from ffbp.training.run import Run

NOTATION = (
    "Columns are samples. Z1 = W1 A0 + b1 and A1 = g(Z1); dQ is dLoss/dQ and delta1 is dLoss/dZ1; the loss is a mean, so\n"
    "1/n is inside delta. [W1 b1] is one block: with a row of ones below A0, one product does weights and bias."
)


def numpy_script(run: Run) -> str:
    """The run's experiment as the text of a Python file that needs NumPy 2 (and scikit-learn for its samples)."""
    e, first, sections = parts(run)
    others = [name for name in program.imported(first) if name != "NumPy"]
    how = f"in NumPy, data from {' and '.join(others)}." if others else "in NumPy alone."
    heading = e.heading(f"forward, backward, update {how}") + "\n\n" + NOTATION
    return program.script(heading, first, [*sections, picture_section(e)])


def parts(run: Run) -> tuple[Facts, str, list[Section]]:
    """The run's facts, the first lines (imports, constants) and all sections but the picture."""
    e, d = Facts(run), Definitions()
    d.modules.add("numpy as np")
    sections = [
        program.data_section(e, d, with_ones=e.inputs_carry_ones),
        program.weights_section(e, d, gradients=True),
        forward_section(e, d),
        backward_section(e, d),
        update_section(e, d),
        training_section(e, d),
        result_section(e, d),
    ]
    quiet = (
        'np.seterr(all="ignore")  # exp may overflow to infinity, where the limit is right; the loss is watched below'
    )
    return e, program.first_lines(d, quiet), sections


def loss_call(e: Facts, d: Definitions, *, Y: str = "Y", Z: str = "", A: str = "") -> str:
    """A call that computes the data loss: from the logits for a canonical pair, otherwise from the outputs."""
    entry, last = e.loss, e.n_layers
    plain, doc = entry.plain, entry.value.__doc__ or entry.formula
    if e.canonical and entry.plain_from_logits is not None:
        plain = entry.plain_from_logits
        doc = f"{inspect.cleandoc(doc)}\n\n{inspect.cleandoc(entry.value_from_logits.__doc__ or '')}"
    return d.formula(entry.key, plain, ("Z", "A", "Y"), doc=doc).call(Z=Z or f"Z{last}", A=A or f"A{last}", Y=Y)


def forward_section(e: Facts, d: Definitions) -> Section:
    calls = [
        d.formula(a.key, a.plain, ("Z",), doc=a.forward.__doc__ or f"g(z) = {a.formula}").call(Z=f"Z{l}")
        for l, a in enumerate(e.activations, start=1)
    ]
    lines = [*d.new_lines(), "", ""]
    lines += [] if e.inputs_carry_ones else [*program.with_ones_lines(), "", ""]
    lines += ["def forward(A0):", *docstring("Z and A of every layer for the inputs A0, a column a sample.")]
    for l, call in zip(e.layers(), calls, strict=True):
        lines.append(f"    Z{l} = Wb{l} @ {_ones(e, l - 1)}  # Z{l} = W{l} A{l - 1} + b{l}, shape ({e.sizes[l]}, n)")
        lines.append(f"    A{l} = {call}  # A{l} = g(Z{l})")
    lines.append(f"    return {', '.join(e.passed())}")
    text = "Layer by layer: $Z_l = W_l A_{l-1} + b_l$ and $A_l = g(Z_l)$, from the inputs $A_0$ to the output."
    return Section("Forward: from the inputs to the output", text, "\n".join(lines))


def loss_section(e: Facts, d: Definitions) -> Section:
    """The loss as a section of its own, for a program that takes `backward` apart."""
    loss_call(e, d)
    text = f"{e.loss.label}: {e.loss.formula}, a mean over the samples."
    return Section("Loss: how wrong the outputs are", text, "\n".join(d.new_lines()))


def delta_section(e: Facts, d: Definitions) -> Section:
    """The output's delta as a function of its own, for a program that takes `backward` apart."""
    last = e.n_layers
    body = _output_delta(e, d)
    helpers = d.new_lines()
    names = [name for name in (f"Z{last}", f"A{last}", "Y") if _occurs(name, body)]
    lines = [*helpers, "", ""] if helpers else []
    lines += [f"def output_delta({', '.join(names)}):", *docstring("dLoss/dZ of the output layer, a column a sample.")]
    lines += [*body, f"    return delta{last}"]
    text = r"$\delta_l = \partial L/\partial Z_l$, the mean over the samples included. At the output it comes from the loss."
    return Section("Delta: the loss's slope at the output", text, "\n".join(lines))


def backward_section(e: Facts, d: Definitions, *, apart: bool = False) -> Section:
    """``apart``: backward is given the output's delta, which `delta_section` computes."""
    loss_call(e, d)
    last = e.n_layers
    body = [] if apart else _output_delta(e, d)
    for l in range(last, 0, -1):
        inputs = _ones(e, l - 1)
        total = f"np.vecdot(delta{l}[:, None], {inputs})" if e.clones else f"np.dot(delta{l}, {inputs}.T)"
        body.append(f"    dWb{l}[:] = {total}  # dW{l} = delta{l} A{l - 1}.T, db{l} = sum of delta{l}")
        if l == 1:
            break
        delta = _through(e, d, l - 1, f"np.dot(W{l}.T, delta{l})")
        body += fold(f"    delta{l - 1} = {delta}  # (W{l}.T delta{l}) times g'(Z{l - 1})")
    helpers = d.new_lines()
    lines = [*helpers, "", ""] if helpers else []
    if e.config.l1 or e.config.l2:
        mask, gradient = _penalty(e)
        lines += [*mask, "", ""]
        body.append(gradient)
    doc = "The gradient of the mean loss into grad, by the chain rule from the output to the first layer."
    if e.clones:
        doc += (
            "\n\nSome units begin as clones. Their gradients have to be equal to the last bit, so samples are summed by"
            "\nvecdot, product by product; a matrix product adds up in an order that differs from row to row."
        )
    needed = [name for name in ("A0", *e.passed(), *([f"delta{last}"] if apart else []), "Y") if _occurs(name, body)]
    lines += [f"def backward({', '.join(needed)}):", *docstring(doc), *body]
    text = (
        "" if apart else r"$\delta_l = \partial L/\partial Z_l$. At the output it comes from the loss; a layer back, "
    )
    text += (
        r"$\delta_{l-1} = (W_l^T \delta_l) \odot g'(Z_{l-1})$. Every layer's gradient is $dW_l = \delta_l A_{l-1}^T$."
    )
    return Section("Backward: from the loss to every weight", text, "\n".join(lines))


def _occurs(name, body):
    """Whether code uses a name, comments aside."""
    return any(re.search(rf"\b{name}\b", line.split("#")[0]) for line in body)


def _output_delta(e, d):
    """Lines that compute delta of the output layer."""
    last = e.n_layers
    if e.canonical:
        scale = e.loss.plain_scale.replace("n_outputs", str(e.n_outputs))
        return [
            "    n = Y.shape[1]  # the loss is a mean over n samples",
            f"    delta{last} = (A{last} - Y) * ({scale} / n)  # {e.loss.label} and {e.activations[-1].label}: g' cancels",
        ]
    doc = e.loss.gradient.__doc__ or "dLoss/dA"
    slope = d.formula(f"d_{e.loss.key}", e.loss.plain_gradient, ("A", "Y"), doc=doc)
    return [
        f"    delta{last} = {slope.call(A=f'A{last}', Y='Y')}  # dLoss/dA{last}, then through g to dLoss/dZ{last}",
        f"    delta{last} = {_through(e, d, last, f'delta{last}')}",
    ]


def _penalty(e):
    """Lines that make is_weight, and the line of backward that adds the penalty's gradient."""
    c = e.config
    terms = [f"{literal(c.l1)} * np.sign(theta)"] if c.l1 else []
    terms += [f"{literal(c.l2)} * theta"] if c.l2 else []
    formula = " + ".join(([f"{c.l1:g} sum |W|"] if c.l1 else []) + ([f"{c.l2:g}/2 sum W^2"] if c.l2 else []))
    lines = ["is_weight = np.ones(theta.size)  # 1 where theta holds a weight, 0 where it holds a bias"]
    lines += [f"is_weight[{start + n_in}:{stop}:{n_in + 1}] = 0.0  # b{l}" for l, n_in, _, start, stop in e.views()]
    return lines, f"    grad[:] += is_weight * ({' + '.join(terms)})  # of the penalty {formula}"


def _ones(e, l):
    """An expression for A of layer l with a row of ones below it."""
    return "A0" if l == 0 and e.inputs_carry_ones else f"with_ones(A{l})"


def _through(e, d, l, delta):
    """The expression for dLoss/dZ of layer l; ``delta``: the expression for dLoss/dA."""
    a = e.activations[l - 1]
    if a.jacobian is not None:
        jacobian = d.formula(f"{a.key}_jacobian", a.plain_jacobian, ("A", "delta"), doc=a.jacobian.__doc__ or "")
        return jacobian.call(A=f"A{l}", delta=delta)
    doc = a.derivative.__doc__ or f"g'(z) = {a.derivative_formula}"
    slope = d.formula(f"d_{a.key}", a.plain_slope, ("Z", "A"), doc=doc).call(Z=f"Z{l}", A=f"A{l}")
    return f"{delta} * {slope}"


def call_of(function: str, section: Section) -> str:
    """The call of a function that a section defines, with its own names for the arguments."""
    signature = next(line for line in section.code.splitlines() if line.startswith(f"def {function}("))
    return signature.removeprefix("def ").removesuffix(":")


def update_section(e: Facts, d: Definitions) -> Section:
    entry = e.optimizer
    d.update(entry)
    if e.config.clip is not None:
        d.source(clip_factor, "clip_factor")
    lines = d.new_lines()
    if entry.n_state:
        lines += [
            "",
            "",
            f"state = np.zeros(({entry.n_state}, theta.size))  # the optimizer's memory, a row a quantity",
        ]
    return Section("Update: what is done with the gradient", f"{entry.label}: {entry.formula}.", "\n".join(lines))


def training_section(e: Facts, d: Definitions, *, apart: bool = False) -> Section:
    """``apart``: delta of the output comes from `output_delta`."""
    c, last = e.config, e.n_layers
    schedule, rate = program.learning_rate(e, d)
    update = d.update(e.optimizer)
    inputs, targets = ("A0_train", "Y_train") if e.full_batch else ("A0", "Y")
    backward = call_of("backward", backward_section(e, Definitions(), apart=apart))
    body = [f"{', '.join(e.passed())} = forward({inputs})", f"loss = {loss_call(e, d, Y=targets)}"]
    after = [_renamed(backward, inputs, targets)]
    if apart:
        delta = call_of("output_delta", delta_section(e, Definitions()))
        after.insert(0, f"delta{last} = {_renamed(delta, inputs, targets)}")
    if c.clip is not None:
        factor = d.source(clip_factor, "clip_factor").call(grad="grad", clip=literal(c.clip))
        after.append(f"grad *= {factor}  # no longer than {c.clip:g}")
    step = "epoch + 1" if e.full_batch else "step + 1"
    after.append(update.call(theta="theta", grad="grad", state="state", learning_rate=rate, step=step, **e.hyper))
    steps = Steps(
        **program.column_batches(e),
        body=body,
        after=after,
        finite="np.isfinite(theta).all()",
        tested=(
            "tested = forward(A0_test)",
            f"test_loss = {loss_call(e, d, Z=f'tested[{2 * last - 2}]', A=f'tested[{2 * last - 1}]', Y='Y_test')}",
        ),
    )
    text = "Forward, loss, backward, update: again and again."
    return Section("Training", text, "\n".join([*schedule, *program.loop(e, steps)]))


def _renamed(call, inputs, targets):
    """The call with other names for the inputs and targets."""
    name, arguments = call.removesuffix(")").split("(")
    names = [{"A0": inputs, "Y": targets}.get(argument, argument) for argument in arguments.split(", ")]
    return f"{name}({', '.join(names)})"


def result_section(e: Facts, d: Definitions) -> Section:
    last = e.n_layers
    A = f"A{last}"
    call = loss_call(e, d)
    unpacked = f"*_, Z{last}, {A}" if f"Z{last}" in call else f"*_, {A}"
    lines = [
        "def score(A0, Y):",
        *docstring(f"The data loss and the {e.score_name} on samples A0 with the targets Y."),
        f"    {unpacked} = forward(A0)",
        f"    return {call}, {program.score_text(e, A)}",
        "",
        "",
    ]
    lines += [f"{part}_loss, {part}_score = score(A0_{part}, Y_{part})" for part in e.parts]
    lines += [f'print(f"{part}: loss {{{part}_loss:.6f}}, {e.score_name} {{{part}_score:.4f}}")' for part in e.parts]
    lines += program.prediction_lines(e, "forward(encode(X[row : row + 1]))[-1][:, 0]")
    text = "How well it does on the samples it learnt from" + (" and on those it never saw" if e.held_out else "") + "."
    return Section("The result", text, "\n".join(lines))


def picture_section(e: Facts, *, notebook: bool = False) -> Section:
    """Boundary (or curve) and loss, with plotly or matplotlib. A script writes a file; a notebook shows the picture."""
    grid, plotly, pyplot = _outputs_picture(e)
    columns = 2 if grid else 1
    titles = '("Loss before each update", "What the network computes")' if grid else '("Loss before each update",)'
    axes = "(left, right)" if grid else "left"
    show_plotly = "picture.show()" if notebook else 'picture.write_html("experiment.html")'
    show_pyplot = "plt.show()" if notebook else 'figure.savefig("experiment.png")'
    lines = [
        *grid,
        "try:",
        "    from plotly.subplots import make_subplots",
        "",
        f"    picture = make_subplots(rows=1, cols={columns}, subplot_titles={titles})",
        '    picture.add_scatter(y=losses, name="loss", row=1, col=1)',
        *("    " + line for line in plotly),
        f"    {show_plotly}",
        "except ImportError:",
        "    try:",
        "        import matplotlib.pyplot as plt",
        "",
        f"        figure, {axes} = plt.subplots(1, {columns}, figsize=({5 * columns}, 4))",
        "        left.plot(losses)",
        '        left.set(title="Loss before each update", xlabel="step")',
        *("        " + line for line in pyplot),
        f"        {show_pyplot}",
        "    except ImportError:",
        "        " + ('print("losses:", np.round(losses[:: max(1, len(losses) // 10)], 4))' if notebook else "pass"),
    ]
    text = "With plotly if it is installed, else with matplotlib" + (", else as numbers." if notebook else ".")
    title = "The picture" + (
        "" if notebook else ": experiment.html with plotly, or else experiment.png with matplotlib"
    )
    return Section(title, text, "\n".join(lines))


def _outputs_picture(e):
    """Lines that compute the network's outputs over one or two columns, draw them with plotly, and with matplotlib."""
    n_columns, shown = len(e.data.columns), program.own_units(e, "y")
    grid, plotly, pyplot = [], [], []
    if n_columns == 2:
        last = "forward(encode(plane))[-1]"
        shade = program.own_units(e, f"{last}[0]") if e.regression or e.n_outputs == 1 else f"{last}.argmax(axis=0)"
        grid = [
            "x1, x2 = (np.linspace(x.min() - 0.2 * np.ptp(x), x.max() + 0.2 * np.ptp(x), 120) for x in X.T)",
            "plane = np.column_stack([axis.ravel() for axis in np.meshgrid(x1, x2)])",
            f"shade = {shade}.reshape(120, 120)",
        ]
        plotly = [
            'picture.add_heatmap(x=x1, y=x2, z=shade, colorscale="RdBu", opacity=0.6, showscale=False, row=1, col=2)',
            f'dots = {{"color": {shown}, "colorscale": "RdBu", "line": {{"width": 1, "color": "white"}}}}',
            'picture.add_scatter(x=X[:, 0], y=X[:, 1], mode="markers", marker=dots, showlegend=False, row=1, col=2)',
        ]
        pyplot = [
            'right.pcolormesh(x1, x2, shade, cmap="RdBu", alpha=0.6)',
            f'right.scatter(X[:, 0], X[:, 1], c={shown}, cmap="RdBu", edgecolor="white")',
        ]
    elif n_columns == 1:
        grid = [
            "line = np.linspace(X.min(), X.max(), 300)",
            f"curve = {program.own_units(e, 'forward(encode(line[:, None]))[-1][0]')}",
        ]
        plotly = [
            f'picture.add_scatter(x=X[:, 0], y={shown}, mode="markers", name="samples", row=1, col=2)',
            'picture.add_scatter(x=line, y=curve, mode="lines", name="network", row=1, col=2)',
        ]
        pyplot = [f'right.plot(X[:, 0], {shown}, "o", markersize=3)', "right.plot(line, curve)"]
    return grid, plotly, pyplot
