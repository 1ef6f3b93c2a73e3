"""Questions about one pass of one sample: what each number of forward, backward and update is, and how it is worked out.

Every function takes a `Pass` over a single sample and the place of a number in it, and returns an `Item`. Values are the core's;
the steps of the solution show how a person gets there. Layers, units and sources count from 1.
"""

from collections.abc import Iterable

import numpy as np

from ffbp.analysis import slips
from ffbp.analysis.passes import Pass
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.lessons.item import Item, factor, short
from ffbp.training.loop import clip_factor

ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
SLOPES = {"sigmoid": "a (1 - a)", "tanh": "1 - a²", "relu": "1 if z > 0, else 0", "identity": "1"}
VALUES = {
    "sigmoid": "1 / (1 + exp(-z))",
    "tanh": "tanh(z)",
    "relu": "max(0, z)",
    "identity": "z",
    "softmax": "exp(z) / (sum of exp over all outputs)",
}


# Names and given numbers


def x_name(l: int, unit: int) -> str:
    """The name of what layer l puts out: a[1][2], or x[2] for the inputs."""
    return f"a[{l}][{unit}]" if l else f"x[{unit}]"


def w_name(p: Pass, l: int, unit: int, source: int, letter: str = "") -> str:
    """The name of a weight, or of a bias, with a letter before it."""
    is_bias = source > p.network.layers[l - 1].n_in
    return f"{letter}b[{l}][{unit}]" if is_bias else f"{letter}W[{l}][{unit},{source}]"


def outputs_of(p: Pass, l: int) -> list[str]:
    """What layer l puts out, formulas; the inputs for l = 0."""
    return [f"{x_name(l, i + 1)} = {short(value)}" for i, value in enumerate(p.trace.A[l][:, 0])]


def into(p: Pass, l: int, unit: int) -> list[str]:
    """The weights and the bias of a unit, formulas."""
    row = p.network.layers[l - 1].block[unit - 1]
    return [f"{w_name(p, l, unit, j + 1)} = {short(value)}" for j, value in enumerate(row)]


def out_of(p: Pass, l: int, unit: int) -> list[str]:
    """The weights that leave a unit, formulas."""
    column = p.network.layers[l].W[:, unit - 1]
    return [f"{w_name(p, l + 1, k + 1, unit)} = {short(value)}" for k, value in enumerate(column)]


def deltas_of(p: Pass, l: int) -> list[str]:
    """delta of every unit of a layer, formulas."""
    return [f"delta[{l}][{i + 1}] = {short(value)}" for i, value in enumerate(p.trace.delta[l][:, 0])]


def _named(values: Iterable[float], right: float) -> dict[str, float]:
    """The mistakes that change something: where a mistake gives the right value exactly, it is none."""
    return {key: value for key, value in values.items() if value != right}


def _entry(arrays, l, unit) -> float:
    return float(arrays[l][unit - 1, 0])


# Forward


def ask_sum(p: Pass, l: int, unit: int) -> Item:
    """z[l] of a unit. Given: what comes in, and the weights and biases of the whole layer."""
    z, layer, inputs = _entry(p.trace.Z, l, unit), p.network.layers[l - 1], p.trace.A[l - 1][:, 0]
    weights, bias = layer.W[unit - 1], float(layer.b[unit - 1, 0])
    name, names = f"z[{l}][{unit}]", [x_name(l - 1, j + 1) for j in range(layer.n_in)]
    formula = " + ".join(f"{w_name(p, l, unit, j + 1)} · {each}" for j, each in enumerate(names)) + f" + b[{l}][{unit}]"
    products = " + ".join(f"{factor(w)} · {factor(x)}" for w, x in zip(weights, inputs, strict=True))
    given = [*outputs_of(p, l - 1), *(each for i in range(layer.n_out) for each in into(p, l, i + 1))]
    return Item(
        name,
        f"Work out {name}, the sum of unit {unit} in layer {l}.",
        tuple(given),
        z,
        _named(slips.sum_slips(p, l, unit), z),
        (
            "Multiply each value that comes in by its weight, add the products, then add the bias.",
            f"{name} = {formula}",
        ),
        (f"{name} = {formula}", f"= {products} + {factor(bias)}", f"= {short(z)}"),
    )


def ask_activation(p: Pass, l: int, unit: int) -> Item:
    """a[l] of a unit. Given: its sum z."""
    z, a, activation = _entry(p.trace.Z, l, unit), _entry(p.trace.A, l, unit), p.network.layers[l - 1].activation
    name, key, sums = f"a[{l}][{unit}]", activation.key, p.trace.Z[l][:, 0]
    powers = [short(float(power)) for power in np.exp(sums)]
    worked = {
        "softmax": f"= {powers[unit - 1]} / ({' + '.join(powers)})",
        "sigmoid": f"= 1 / (1 + exp({short(-z)})) = 1 / (1 + {short(float(np.exp(-z)))})",
        "tanh": f"= tanh({short(z)})",
        "relu": f"= max(0, {short(z)})",
        "identity": f"= {short(z)}",
    }[key]
    words = {
        "sigmoid": "Sigmoid maps every sum to a value between 0 and 1, and 0 to 0.5.",
        "tanh": "Tanh maps every sum to a value between -1 and 1, with the sign of the sum.",
        "relu": "ReLU turns a negative sum into 0, and leaves a positive one as it is.",
        "identity": "The identity leaves the sum as it is.",
        "softmax": "Softmax turns the sums into shares of 1: each power of e is divided by the sum of all of them.",
    }[key]
    given = sums if activation.coupled else [z]
    units = range(1, len(sums) + 1) if activation.coupled else [unit]
    return Item(
        name,
        f"Work out {name}, the activation of unit {unit} in layer {l}. The activation is {_label(activation)}.",
        tuple(f"z[{l}][{i}] = {short(float(value))}" for i, value in zip(units, given, strict=True)),
        a,
        _named(slips.activation_slips(p, l, unit), a),
        (words, f"a = {VALUES[key]}"),
        (f"{name} = {VALUES[key]}", worked, f"= {short(a)}"),
    )


def _label(activation):
    """An activation in the middle of a sentence."""
    return {"relu": "ReLU", "identity": "the identity"}.get(activation.key, activation.label.lower())


# Backward


def ask_output_delta(p: Pass, unit: int = 1) -> Item:
    """delta of an output. Given: its activation and the target."""
    l = len(p.network.layers)
    delta, a, y = _entry(p.trace.delta, l, unit), _entry(p.trace.A, l, unit), float(p.Y[unit - 1, 0])
    name, loss = f"delta[{l}][{unit}]", p.network.loss_function
    target = "y" if len(p.Y) == 1 else f"y[{unit}]"
    activation, c = p.network.layers[-1].activation, loss.scale(p.network.sizes[-1])
    times = "" if c == 1 else f"{short(c)} "
    difference = f"{short(a)} - {factor(y)}"
    if p.network.canonical:
        formula = f"{times}({x_name(l, unit)} - {target})" if times else f"{x_name(l, unit)} - {target}"
        worked = f"= {times}· ({difference})" if times else f"= {difference}"
        why = "For this pair of loss and activation, g′ cancels: delta is a multiple of the output minus the target."
    else:
        slope = _entry({l: p.slope(l)}, l, unit)
        formula = f"{times}({x_name(l, unit)} - {target}) · {x_name(l, unit)} (1 - {x_name(l, unit)})"
        worked = f"= {times}· ({difference}) · {short(slope)}"
        why = "Chain rule: the slope of the loss at the output, times g′, the slope of its activation."
    words = f"The loss is the {loss.label.lower()}, and the activation of the output is {_label(activation)}."
    return Item(
        name,
        f"Work out {name} = dLoss/dz of the output, for this sample alone. {words}",
        (f"{x_name(l, unit)} = {short(a)}", f"{target} = {short(y)}"),
        delta,
        _named(slips.delta_slips(p, l, unit), delta),
        (why, f"{name} = {formula}"),
        (f"{name} = {formula}", worked, f"= {short(delta)}"),
    )


def ask_hidden_delta(p: Pass, l: int, unit: int) -> Item:
    """delta of a hidden unit. Given: delta of the layer above, the weights to it, z and a of the layer."""
    delta, slope, a, z = (
        _entry({l: each[l]}, l, unit) for each in (p.trace.delta, {l: p.slope(l)}, p.trace.A, p.trace.Z)
    )
    name, key = f"delta[{l}][{unit}]", p.network.layers[l - 1].activation.key
    above, column = p.trace.delta[l + 1][:, 0], p.network.layers[l].W[:, unit - 1]
    back = " + ".join(f"{w_name(p, l + 1, k + 1, unit)} · delta[{l + 1}][{k + 1}]" for k in range(len(above)))
    products = " + ".join(f"{factor(w)} · {factor(d)}" for w, d in zip(column, above, strict=True))
    if len(above) > 1:
        back, products = f"({back})", f"({products})"
    worked = {
        "sigmoid": f"{factor(a)} · (1 - {factor(a)})",
        "tanh": f"(1 - {factor(a)}²)",
        "relu": short(slope),
        "identity": "1",
    }[key]
    given = [*deltas_of(p, l + 1), *(each for i in range(p.network.sizes[l]) for each in out_of(p, l, i + 1))]
    given += [f"z[{l}][{unit}] = {short(z)}", f"{x_name(l, unit)} = {short(a)}"]
    label = _label(p.network.layers[l - 1].activation)
    words = f"The activation of the hidden layer is {label}, with the slope g′ = {SLOPES[key]}."
    return Item(
        name,
        f"Work out {name} = dLoss/dz of unit {unit} in layer {l}. {words}",
        tuple(given),
        delta,
        _named(slips.delta_slips(p, l, unit), delta),
        (
            "Go back through the weight that leaves the unit, then multiply by the slope of its activation.",
            f"{name} = {back} · g′({f'z[{l}][{unit}]'})",
        ),
        (f"{name} = {back} · g′(z[{l}][{unit}])", f"= {products} · {worked}", f"= {short(delta)}"),
    )


def ask_gradient(p: Pass, l: int, unit: int, source: int) -> Item:
    """The gradient of a weight. Given: delta of its layer and of the one above, and what comes in, before and after g."""
    value, penalty = p.gradient(l, unit, source), p.penalty_part(l, unit, source)
    delta, name = _entry(p.trace.delta, l, unit), w_name(p, l, unit, source, "d")
    is_bias = source > p.network.layers[l - 1].n_in
    given = [*deltas_of(p, l), *outputs_of(p, l - 1), *into(p, l, unit)[:-1]]
    if l < len(p.network.layers):
        given = [*deltas_of(p, l + 1), *given]
    if l > 1 and p.network.layers[l - 2].activation.key != "identity":
        given += [f"z[{l - 1}][{j + 1}] = {short(z)}" for j, z in enumerate(p.trace.Z[l - 1][:, 0])]
    comes_in = "1" if is_bias else x_name(l - 1, source)
    worked = factor(delta) if is_bias else f"{factor(delta)} · {factor(_entry(p.trace.A, l - 1, source))}"
    formula = f"delta[{l}][{unit}] · {comes_in}" if not is_bias else f"delta[{l}][{unit}]"
    steps = [f"{name} = {formula}", f"= {worked}"]
    if penalty:
        steps += [f"= {short(value - penalty)} + {factor(penalty)} (of the penalty)"]
    return Item(
        name,
        f"Work out {name}, the gradient of the {'bias' if is_bias else 'weight'}, for this sample alone.",
        tuple(given),
        value,
        _named(slips.factor_slips(p, l, unit, source), value),
        (
            "A gradient is delta of the unit to which the weight leads, times the value that comes in over it.",
            f"{name} = {formula}",
        ),
        (*steps, f"= {short(value)}"),
    )


# Update


def ask_new_weight(p: Pass, l: int, unit: int, source: int, rate: float) -> Item:
    """A weight after a step of gradient descent. Given: the weight, its gradient and the learning rate."""
    old, grad, new = _stepped(p, l, unit, source, rate, "sgd")
    name, gradient = w_name(p, l, unit, source), w_name(p, l, unit, source, "d")
    found = slips.update_slips(old, new, rate)
    return Item(
        name,
        f"Work out {name} after one step of gradient descent.",
        (f"{name} = {short(old)}", f"{gradient} = {short(grad)}", f"eta = {short(rate)}"),
        new,
        _named(found, new),
        (
            "A step goes against the gradient. Its length is the learning rate times the gradient.",
            f"{name} - eta · {gradient}",
        ),
        (f"{name} - eta · {gradient}", f"= {short(old)} - {short(rate)} · {factor(grad)}", f"= {short(new, 6)}"),
        origin=old,
    )


def ask_clipped(p: Pass, l: int, unit: int, source: int, rate: float, clip: float) -> Item:
    """A weight after a step whose gradient is clipped to a norm. Given: the weight and the gradient of all parameters."""
    old, grad, new = _stepped(p, l, unit, source, rate, "sgd", clip)
    name, gradient = w_name(p, l, unit, source), w_name(p, l, unit, source, "d")
    whole = p.network.grad
    index = _index(p, l, unit, source)
    norm, share = float(np.linalg.norm(whole)), float(clip_factor(whole, clip)[0])
    given = [f"{name} = {short(old)}"]
    for layer, block in enumerate(p.network.blocks(whole), start=1):
        given += [f"{w_name(p, layer, i + 1, j + 1, 'd')} = {short(g)}" for (i, j), g in np.ndenumerate(block)]
    squares = " + ".join(f"{factor(g)}²" for g in whole)
    shortened = f"{clip:g} / {short(norm)}"
    steps = [f"‖g‖² = {squares}", f"‖g‖ = √({short(norm**2)}) = {short(norm)}"]
    steps += [f"{name} - eta · {gradient}" + (" · c / ‖g‖" if share < 1 else "")]
    steps += [f"= {short(old)} - {short(rate)} · {factor(grad)}" + (f" · {shortened}" if share < 1 else "")]
    return Item(
        name,
        f"Work out {name} after one step of gradient descent, with the gradient clipped to the norm c.",
        (*given, f"eta = {short(rate)}", f"c = {short(clip)}"),
        new,
        _named(slips.clip_slips(old, whole, index, rate, clip), new),
        (
            "Find the length ‖g‖ of the whole gradient first. Only a gradient that is longer than c is shortened.",
            f"{name} - eta · {gradient} · min(1, c / ‖g‖)",
        ),
        (*steps, f"= {short(new, 6)}"),
        origin=old,
    )


def ask_adam(p: Pass, l: int, unit: int, source: int, rate: float) -> Item:
    """A weight after the first step of Adam, from m = v = 0. Given: the weight, its gradient and Adam's constants."""
    old, grad, new = _stepped(p, l, unit, source, rate, "adam")
    name, gradient = w_name(p, l, unit, source), w_name(p, l, unit, source, "d")
    return Item(
        name,
        f"Work out {name} after the first step of Adam. Both means, m and v, begin at 0; epsilon is too small to matter.",
        (
            f"{name} = {short(old)}",
            f"{gradient} = {short(grad)}",
            f"eta = {short(rate)}",
            f"beta1 = {ADAM['beta1']:g}",
            f"beta2 = {ADAM['beta2']:g}",
        ),
        new,
        _named(slips.adam_slips(old, grad, rate, ADAM["beta1"], ADAM["beta2"]), new),
        (
            "After the first step, the corrected means are the gradient and its square. What is left of g / √(g²)?",
            f"{name} - eta · (m / (1 - beta1)) / √(v / (1 - beta2))",
        ),
        (
            f"m = (1 - beta1) {gradient}, so m / (1 - beta1) = {short(grad)}",
            f"v = (1 - beta2) {gradient}², so √(v / (1 - beta2)) = {short(abs(grad))}",
            f"{name} - eta · {factor(grad)} / {short(abs(grad))}",
            f"= {short(old)} - {short(rate)} · {factor(np.sign(grad))}",
            f"= {short(new, 6)}",
        ),
        origin=old,
    )


def _index(p, l, unit, source):
    """The place of a parameter in theta."""
    return int(p.network.blocks(np.arange(p.network.n_params))[l - 1][unit - 1, source - 1])


def _stepped(p, l, unit, source, rate, optimizer, clip=None):
    """A parameter, its gradient before clipping, and the parameter after an optimizer's first step."""
    theta, grad, entry = p.network.theta.copy(), p.network.grad.copy(), OPTIMIZERS[optimizer]
    index = _index(p, l, unit, source)
    old, gradient = float(theta[index]), float(grad[index])
    if clip is not None:
        grad *= clip_factor(grad, clip)
    hyper = {name: ADAM[name] for name in entry.hyper}
    entry.bind(theta, grad, np.zeros((entry.n_state, len(theta))), **hyper)(rate, 1)
    return old, gradient, float(theta[index])
