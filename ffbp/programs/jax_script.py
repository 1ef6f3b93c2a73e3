"""The experiment in JAX: the same samples, initial weights and batches, with `jax.value_and_grad` in place of backward.

The program uses JAX's own activations and losses where JAX has them. All others, and every optimizer, are the
registry's plain forms in `jax.numpy`, which changes nothing in place.
"""

import ast

from ffbp.programs import program
from ffbp.programs.facts import Facts
from ffbp.programs.layout import docstring, fold, literal
from ffbp.programs.plain import Definitions
from ffbp.programs.program import NoEquivalent, Section, Steps
from ffbp.training.loop import clip_factor
from ffbp.training.run import Run

LIBRARY = "JAX"
ACTIVATIONS = {
    "identity": "{Z}",
    "sigmoid": "jax.nn.sigmoid({Z})",
    "tanh": "jnp.tanh({Z})",
    "relu": "jax.nn.relu({Z})",
    "leaky_relu": "jnp.where({Z} > 0, {Z}, 0.01 * {Z})",  # jax.nn.leaky_relu has the slope 1 at 0
    "elu": "jax.nn.elu({Z})",
    "gelu": "jax.nn.gelu({Z}, approximate=True)",
    "silu": "jax.nn.silu({Z})",
    "softplus": "jax.nn.softplus({Z})",
    "sine": "jnp.sin({Z})",
    "softmax": "jax.nn.softmax({Z}, axis=0)",
}
LOSSES = {  # (output activation or None for any, the value from Z, A, Y and the number of samples)
    "mse": (None, "jnp.mean(jnp.square({A} - Y))"),
    "bce": ("sigmoid", "jnp.sum(jnp.logaddexp(0.0, {Z}) - Y * {Z}) / Y.shape[1]"),
    "cce": ("softmax", "-jnp.sum(Y * jax.nn.log_softmax({Z}, axis=0)) / Y.shape[1]"),
}


def reasons(e: Facts) -> list[str]:
    """Why JAX has no exact equivalent, as sentences; empty if it has one."""
    if e.loss.key in LOSSES and LOSSES[e.loss.key][0] not in (None, e.activations[-1].key):
        return [f"In JAX, {e.loss.label} is exact only from {e.loss.canonical}'s logits."]
    return []


def jax_script(run: Run) -> str:
    """The run's experiment as a JAX program. Raises NoEquivalent if JAX cannot be exact."""
    e, d = Facts(run), Definitions()
    if found := reasons(e):
        raise NoEquivalent(LIBRARY, found)
    d.modules |= {"jax", "jax.numpy as jnp", "numpy as np"}
    j = d.beside("jnp")
    sections = [
        program.data_section(e, d),
        program.weights_section(e, d, gradients=False),
        _forward(e, j),
        _update(e, j),
        _training(e, d),
        _result(e),
    ]
    heading = f"{e.heading('the same in JAX.')}\n\n{program.agreement(run)}"
    return program.script(
        heading, program.first_lines(d, 'jax.config.update("jax_enable_x64", True)  # float64'), sections
    )


def _forward(e, j):
    last = e.n_layers
    calls = []
    for l, activation in enumerate(e.activations, start=1):
        if activation.key in ACTIVATIONS:
            calls.append(ACTIVATIONS[activation.key].format(Z=f"Z{l}"))
        else:
            doc = activation.forward.__doc__ or f"g(z) = {activation.formula}"
            calls.append(j.formula(activation.key, activation.plain, ("Z",), doc=doc).call(Z=f"Z{l}"))
    if e.loss.key in LOSSES:
        value = LOSSES[e.loss.key][1].format(Z="Z", A="A")
    else:
        value = j.formula(e.loss.key, e.loss.plain, ("A", "Y"), doc=e.loss.value.__doc__ or "").call(A="A", Y="Y")
    new = j.new_lines()
    lines = [*new, *(["", ""] if new else []), "def forward(theta, A0):"]
    lines += docstring("Z and A of the output for the inputs A0, a column a sample.")
    for l, n_in, n_out, start, stop in e.views():
        lines.append(f"    Wb{l} = theta[{start}:{stop}].reshape({n_out}, {n_in + 1})  # [W{l} b{l}]")
        lines.append(f"    Z{l} = Wb{l}[:, :-1] @ A{l - 1} + Wb{l}[:, -1:]")
        lines.append(f"    A{l} = {calls[l - 1]}")
    lines += [f"    return Z{last}, A{last}", "", "", "def loss_of(theta, A0, Y):"]
    lines += docstring(f"The mean loss on these samples: {e.loss.label}.")
    outputs = "Z, A" if "A" in _names(value) and "Z" in _names(value) else "Z, _" if "Z" in _names(value) else "_, A"
    lines += [f"    {outputs} = forward(theta, A0)", f"    return {value}"]
    return Section("Forward and loss", "", "\n".join(lines))


def _names(text):
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _update(e, j):
    c = e.config
    update = j.update(e.optimizer)
    clip = j.source(clip_factor, "clip_factor") if c.clip is not None else None
    lines = [*j.new_lines(), "", "", "def objective(theta, A0, Y):"]
    lines += docstring("What is differentiated, and the loss by itself.")
    lines.append("    loss = loss_of(theta, A0, Y)")
    terms = []
    if c.l1 or c.l2:
        weights = [
            f"theta[{start}:{stop}].reshape({n_out}, {n_in + 1})[:, :-1].ravel()"
            for _, n_in, n_out, start, stop in e.views()
        ]
        lines += fold(f"    W = jnp.concatenate([{', '.join(weights)}])")
        terms += [f"{literal(c.l1)} * jnp.sum(W * jax.lax.stop_gradient(jnp.sign(W)))"] if c.l1 else []
        terms += [f"{literal(c.l2)} / 2 * jnp.sum(jnp.square(W))"] if c.l2 else []
    if c.l1:
        lines.append("    # W sign(W) is |W|, but with the slope 0 at 0")
    lines += [*fold(f"    return {' + '.join(['loss', *terms])}, loss"), "", "", "@jax.jit"]
    lines.append("def train_step(theta, state, A0, Y, learning_rate, step):")
    lines += docstring("One update: the loss before it, and the new theta and state.")
    lines.append("    (_, loss), grad = jax.value_and_grad(objective, has_aux=True)(theta, A0, Y)")
    if clip is not None:
        lines.append(f"    grad = grad * {clip.call(grad='grad', clip=literal(c.clip))}")
    call = update.call(theta="theta", grad="grad", state="state", learning_rate="learning_rate", step="step", **e.hyper)
    lines += [*fold(f"    theta, state = {call}"), "    return loss, theta, state"]
    return Section("Backward, by jax.grad, and update", "", "\n".join(lines))


def _training(e, d):
    schedule, rate = program.learning_rate(e, d)
    state = f"[jnp.zeros(theta.size) for _ in range({e.optimizer.n_state})]" if e.optimizer.n_state else "[]"
    lines = [*schedule, f"theta, state = jnp.asarray(theta), {state}"]
    inputs, targets = ("A0_train", "Y_train") if e.full_batch else ("A0", "Y")
    step = "epoch + 1" if e.full_batch else "step + 1"
    steps = Steps(
        **program.column_batches(e),
        body=[f"loss, new_theta, state = train_step(theta, state, {inputs}, {targets}, {rate}, {step})"],
        after=["theta = new_theta"],
        finite="jnp.isfinite(theta).all()",
        tested=("test_loss = float(loss_of(theta, A0_test, Y_test))",),
    )
    lines += program.loop(e, steps)
    return Section("Training", "", "\n".join(lines))


def _result(e):
    parts = ", ".join(f'("{part}", A0_{part}, Y_{part})' for part in e.parts)
    lines = [
        f"for part, A0, Y in [{parts}]:",
        "    A = forward(theta, A0)[1]",
        f"    score = {program.score_text(e, 'A', 'jnp')}",
        f'    print(f"{{part}}: loss {{loss_of(theta, A0, Y):.6f}}, {e.score_name} {{score:.4f}}")',
        *program.prediction_lines(e, "np.asarray(forward(theta, encode(X[row : row + 1]))[1][:, 0])"),
    ]
    return Section("The result", "", "\n".join(lines))
