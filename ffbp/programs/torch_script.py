"""The experiment in PyTorch: the same samples, initial weights and batches, with autograd in place of backward.

If PyTorch has no exact equivalent, no program is written; `reasons` returns why.
"""

from ffbp.programs import program
from ffbp.programs.facts import Facts
from ffbp.programs.layout import docstring, fold, literal
from ffbp.programs.plain import Definitions, numpy_names
from ffbp.programs.program import NoEquivalent, Section, Steps
from ffbp.training.run import Run

LIBRARY = "PyTorch"
# PyTorch's own modules; other activations are written with torch's functions, if these suffice.
ACTIVATIONS = {
    "identity": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU(0.01)",
    "elu": "nn.ELU()",
    "gelu": 'nn.GELU(approximate="tanh")',
    "silu": "nn.SiLU()",
    "softplus": "nn.Softplus(threshold=700.0)",  # its default threshold, 20, changes the ninth digit
    "softmax": "nn.Softmax(dim=1)",
}
OPTIMIZERS = {
    "sgd": "torch.optim.SGD(model.parameters(), lr={rate})",
    "momentum": "torch.optim.SGD(model.parameters(), lr={rate}, momentum={momentum})",
    "nesterov": "torch.optim.SGD(model.parameters(), lr={rate}, momentum={momentum}, nesterov=True)",
    "rmsprop": "torch.optim.RMSprop(model.parameters(), lr={rate}, alpha={rho}, eps={epsilon})",
    "adam": "torch.optim.Adam(model.parameters(), lr={rate}, betas=({beta1}, {beta2}), eps={epsilon})",
    "adamw": (
        "torch.optim.AdamW(model.parameters(), lr={rate}, betas=({beta1}, {beta2}), eps={epsilon}, "
        "weight_decay={weight_decay})"
    ),
}
LOSSES = {  # (output activation or None for any, the call)
    "mse": (None, "nn.functional.mse_loss(output, {targets})"),
    "bce": ("sigmoid", "nn.functional.binary_cross_entropy_with_logits(output, {targets})"),
    "cce": ("softmax", "nn.functional.cross_entropy(output, {targets})"),
}
# NumPy functions with the same name and meaning in torch.
SAME_NAMES = frozenset(
    """
    abs arctan arcsinh arctanh cos cosh exp exp2 expm1 log log1p sign sin sinh sqrt square tan tanh where zeros_like
    ones_like
    """.split()  # noqa: SIM905
)


def reasons(e: Facts) -> list[str]:
    """Why PyTorch has no exact equivalent, as sentences; empty if it has one."""
    found = []
    for activation in dict.fromkeys(e.activations):
        known = activation.key in ACTIVATIONS or numpy_names(activation.plain) <= SAME_NAMES
        if not known or (activation.coupled and activation.key not in ACTIVATIONS):
            found.append(f"PyTorch has no {activation.label} activation.")
    if e.loss.key not in LOSSES:
        found.append(f"PyTorch has no loss that is exactly {e.loss.label}.")
    elif LOSSES[e.loss.key][0] not in (None, e.activations[-1].key):
        found.append(f"PyTorch computes {e.loss.label} exactly only from {e.loss.canonical}'s logits.")
    if e.optimizer.key not in OPTIMIZERS:
        found.append(f"PyTorch has no optimizer that is exactly {e.optimizer.label}.")
    return found


def torch_script(run: Run) -> str:
    """The run's experiment as a PyTorch program. Raises NoEquivalent if PyTorch cannot be exact."""
    e, d = Facts(run), Definitions()
    if found := reasons(e):
        raise NoEquivalent(LIBRARY, found)
    d.modules |= {"numpy as np", "torch"}
    d.names["torch"] = {"nn"}
    sections = [
        program.data_section(e, d, rows_are_samples=True),
        _tensors(e),
        program.weights_section(e, d, gradients=False),
        _model(e, d.beside("torch")),
        _training(e, d),
        _result(e),
    ]
    heading = f"{e.heading('the same in PyTorch.')}\n\n{program.agreement(run)}"
    first = program.first_lines(d, "torch.set_default_dtype(torch.float64)")
    return program.script(heading, first, sections)


def _tensors(e):
    lines = []
    for part in e.parts:
        y = f"torch.from_numpy(y_{part})"
        if e.loss.key == "cce":
            target = y
        elif e.n_outputs > 1:
            target = f"nn.functional.one_hot({y}, {e.n_outputs}).double()"
        else:
            target = f"{y}.double()[:, None]"
        lines.append(f"X_{part}, Y_{part} = torch.from_numpy(X_{part}), {target}")
    return Section("Arrays become tensors; a row is a sample", "", "\n".join(lines))


def _model(e, d):
    modules, lines = [], []
    shown = e.activations if LOSSES[e.loss.key][0] is None else e.activations[:-1]
    for l in e.layers():
        modules.append(f"nn.Linear({e.sizes[l - 1]}, {e.sizes[l]})")
        if l > len(shown):
            continue
        activation = shown[l - 1]
        known = ACTIVATIONS.get(activation.key)
        if known is None:
            doc = activation.forward.__doc__ or f"g(z) = {activation.formula}"
            exported = d.formula(activation.key, activation.plain, ("Z",), doc=doc)
            name = activation.key.title().replace("_", "") + "Module"
            if new := d.new_lines():
                lines += [*new, "", ""]
            definition = [
                f"class {name}(nn.Module):",
                *docstring(f"{activation.label} as a module."),
                "",
                "    def forward(self, Z):",
                f"        return {exported.call(Z='Z')}",
                "",
                "",
            ]
            lines += [] if definition[0] in lines else definition
            known = f"{name}()"
        modules.append(known)
    lines += ["model = nn.Sequential(", *(f"    {module}," for module in modules), ")"]
    lines.append("linear = [module for module in model if isinstance(module, nn.Linear)]")
    starts = ", ".join(f"(W{l}, b{l})" for l in e.layers())
    lines += [
        f"starts = [{starts}]",
        "with torch.no_grad():  # the weights from above, for those that nn.Linear draws itself",
        "    for layer, (W, b) in zip(linear, starts, strict=True):",
        "        layer.weight.copy_(torch.from_numpy(W))",
        "        layer.bias.copy_(torch.from_numpy(b[:, 0]))",
    ]
    return Section("Forward", "", "\n".join(lines))


def _loss_text(e: Facts, targets: str, output: str = "output") -> str:
    return LOSSES[e.loss.key][1].format(targets=targets).replace("(output,", f"({output},")


def _training(e, d):
    c = e.config
    schedule, rate = program.learning_rate(e, d)
    start_rate = literal(c.learning_rate) if schedule else rate
    template = OPTIMIZERS[e.optimizer.key]
    if e.optimizer.key == "nesterov" and c.momentum == 0:
        template = OPTIMIZERS["sgd"]  # torch refuses nesterov without momentum; with momentum 0 both are plain descent
    lines = [*schedule, *fold(f"optimizer = {template.format(rate=start_rate, **e.hyper)}")]
    if schedule:
        factor = rate.split(" * ", 1)[1]
        lines += fold(f"scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: {factor})")
    inputs, targets = ("X_train", "Y_train") if e.full_batch else ("X_train[rows]", "Y_train[rows]")
    penalties = []
    if c.l1:
        penalties.append(f"{literal(c.l1)} * sum(layer.weight.abs().sum() for layer in linear)")
    if c.l2:
        penalties.append(f"{literal(c.l2)} / 2 * sum(layer.weight.square().sum() for layer in linear)")
    after = ["optimizer.zero_grad()"]
    after += [f"{sign} {penalty}" for sign, penalty in zip(("penalty =", "penalty +="), penalties, strict=False)]
    total = "(loss + penalty)" if penalties else "loss"
    after.append(f"{total}.backward()  # autograd is backward: dLoss/dW and dLoss/db of every layer")
    if c.clip is not None:
        after += [
            "norm = torch.sqrt(sum(p.grad.square().sum() for p in model.parameters()))",
            "for p in model.parameters():  # clip_grad_norm_ would add 1e-6 to the norm",
            f"    p.grad *= torch.clamp({literal(c.clip)} / norm, max=1.0)",
        ]
    after.append("optimizer.step()")
    steps = Steps(
        **program.row_batches(e),
        body=[f"output = model({inputs})", f"loss = {_loss_text(e, targets)}"],
        after=after,
        finite="all(torch.isfinite(p).all() for p in model.parameters())",
        tested=(
            "with torch.no_grad():",
            f"    test_loss = {_loss_text(e, 'Y_test', 'model(X_test)')}.item()",
        ),
        isfinite="torch.isfinite(loss)",
        number="loss.item()",
        epoch_end=("scheduler.step()",) if schedule else (),
    )
    lines += program.loop(e, steps)
    return Section("Loss, backward, update", "", "\n".join(lines))


def _result(e):
    probabilities = {"bce": "torch.sigmoid(model({}))", "cce": "torch.softmax(model({}), dim=1)"}.get(
        e.loss.key, "model({})"
    )
    lines = ["with torch.no_grad():"]
    for part in e.parts:
        X, Y = f"X_{part}", f"Y_{part}"
        lines.append(f"    outputs = {probabilities.format(X)}.numpy()")
        if e.regression:
            score = f"1 - np.square(outputs[:, 0] - y_{part}).sum() / np.square(y_{part} - y_{part}.mean()).sum()"
        elif e.n_outputs == 1:
            score = f"np.mean((outputs[:, 0] > 0.5) == (y_{part} > 0.5))"
        else:
            score = f"np.mean(outputs.argmax(axis=1) == y_{part})"
        lines.append(f"    {part}_loss = {_loss_text(e, Y, f'model({X})')}.item()")
        lines.append(f"    {part}_score = {score}")
        lines.append(f'    print(f"{part}: loss {{{part}_loss:.6f}}, {e.score_name} {{{part}_score:.4f}}")')
    outputs = probabilities.format("torch.from_numpy(encode(X[row : row + 1]))") + "[0].numpy()"
    lines += ["    " + line for line in program.prediction_lines(e, outputs)]
    return Section("The result", "", "\n".join(lines))
