"""Every registry entry's plain form gives the same numbers as its fast form, to the last bit if arithmetic allows."""

import ast

import numpy as np
import pytest

from ffbp import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from ffbp.data.dataset import DERIVED
from ffbp.programs.layout import WIDTH, block, fold, literal
from ffbp.programs.plain import Definitions, numpy_names
from ffbp.training.loop import clip_factor

EXTREME = np.concatenate(
    [np.linspace(-30, 30, 41), [-800.0, -1e-300, 0.0, -0.0, 1e-17, 800.0, 0.5, -0.5, 1.0, 2.0]]
).reshape(3, 17)
BATCHES = {
    "extreme": EXTREME,
    "one sample": EXTREME[:, 5:6].copy(),
    "one unit": EXTREME[1:2].copy(),
    "nothing": EXTREME[:, :0].copy(),
    "stack": np.stack([EXTREME, EXTREME[::-1] / 7, np.tanh(EXTREME)]),
    "large": np.random.RandomState(1).randn(40, 701) * 4,
}
LARGE_ENOUGH = [name for name in BATCHES if name not in ("nothing", "one unit")]  # for a mean over three outputs
HYPER = {
    "momentum": 0.9, "rho": 0.99, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01, "learning_rate": 0.1,
    "step": 3,
}  # fmt: skip


def define(d):
    """The namespace of an exported program."""
    namespace = {"np": np}
    exec(compile("\n".join([*d.import_lines(), *d.new_lines()]), "exported.py", "exec"), namespace)
    return namespace


def called(d, function, **arguments):
    """The exported function's value for these arguments."""
    values = [arguments[name] for name in function.positional]
    return define(d)[function.name](*values, **{name: arguments[name] for name in function.keywords})


def evaluated(plain, takes, **arguments):
    """The value of a plain form."""
    d = Definitions()
    return called(d, d.formula("exported", plain, takes), **arguments)


def same(a, b):
    """Whether two results are equal bit for bit; zeros may differ in sign."""
    a, b = np.asarray(a, dtype=float) + 0.0, np.asarray(b, dtype=float) + 0.0
    return a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=lambda e: e.key)
def test_an_activations_plain_form_and_slope_equal_the_fast_ones(entry, batch):
    Z = BATCHES[batch]
    with np.errstate(all="ignore"):
        A = entry.forward(Z, np.empty_like(Z))
        assert same(evaluated(entry.plain, ("Z",), Z=Z), A)
        assert same(evaluated(entry.plain_slope, ("Z", "A"), Z=Z, A=A), entry.derivative(Z, A, np.empty_like(Z)))
        if entry.jacobian:
            delta = np.cos(Z)
            result = evaluated(entry.plain_jacobian, ("A", "delta"), A=A, delta=delta.copy())
            entry.jacobian(A, delta)
            assert same(result, delta)


@pytest.mark.parametrize("scale", [1.0, 0.01, 1e-4])
@pytest.mark.parametrize("batch", LARGE_ENOUGH)
@pytest.mark.parametrize("entry", LOSSES.values(), ids=lambda e: e.key)
def test_a_losss_plain_forms_equal_the_fast_ones(entry, batch, scale):
    Z = BATCHES[batch] * scale
    Y = np.broadcast_to(
        (np.arange(Z.shape[-1]) % Z.shape[-2] == np.arange(Z.shape[-2])[:, None]).astype(float), Z.shape
    )
    with np.errstate(all="ignore"):
        A = ACTIVATIONS[entry.canonical].forward(Z, np.empty_like(Z))
        assert same(evaluated(entry.plain, ("A", "Y"), A=A, Y=Y), entry.value(A, Y))
        assert same(evaluated(entry.plain_gradient, ("A", "Y"), A=A, Y=Y), entry.gradient(A, Y, np.empty_like(Z)))
        assert eval(entry.plain_scale, {"n_outputs": 3}) == entry.scale(3)
        assert (entry.plain_from_logits is None) == (entry.value_from_logits is None)
        if entry.value_from_logits:
            fast = entry.value_from_logits(Z, A, Y, (np.empty_like(Z), np.empty_like(Z)))
            plain = evaluated(entry.plain_from_logits, ("Z", "A", "Y"), Z=Z, A=A, Y=Y)
            if entry.key == "bce":  # where the mean is not small, the fast form has ln a for ln(1 + exp(-|z|))
                ulp = np.spacing(np.abs(Z).sum(axis=(-2, -1)) / Z.shape[-1])
                assert (np.abs(plain - fast) <= 4 * ulp).all()
            else:
                assert same(plain, fast)


@pytest.mark.parametrize("arrays", ["np", "pure"])
@pytest.mark.parametrize("n", [0, 1, 9, 5000])
@pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=lambda e: e.key)
def test_a_plain_update_changes_the_parameters_and_its_memory_the_same_way(entry, n, arrays):
    rng = np.random.RandomState(0)
    theta, grad, state = rng.randn(n), rng.randn(n), np.abs(rng.randn(entry.n_state, n))
    grad[::3] *= 1e150
    expected, memory = theta.copy(), state.copy()
    options = {name: HYPER[name] for name in (*entry.hyper, "learning_rate", "step")}
    d = Definitions(arrays)
    function = d.update(entry)
    with np.errstate(all="ignore"):
        entry.bind(expected, grad, memory, **{name: options[name] for name in entry.hyper})(
            options["learning_rate"], options["step"]
        )
        namespace = {"np": np, "pure": np}
        exec("\n".join(d.new_lines()), namespace)
        given = {"theta": theta.copy(), "grad": grad, "state": list(state) if arrays == "pure" else state}
        values = [given[name] for name in function.positional]
        result = namespace[function.name](*values, **{name: options[name] for name in function.keywords})
    after, rows = (given["theta"], state) if arrays == "np" else result
    assert same(after, expected)
    assert same(np.array(rows).reshape(memory.shape), memory)


@pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=lambda e: e.key)
def test_an_update_for_another_module_only_binds_names(entry):
    d = Definitions("jnp")
    d.update(entry)
    text = "\n".join(d.new_lines())
    assert "[:]" not in text
    assert "in place" not in text
    assert not numpy_names(text)
    assert not [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)]


@pytest.mark.parametrize("entry", SCHEDULES.values(), ids=lambda e: e.key)
def test_a_schedule_gives_the_same_rates(entry):
    d = Definitions()
    function = d.source(entry.factor, "factor")
    namespace = define(d)
    options = {"decay": 0.3, "decay_epochs": 4, "warmup": 5}
    for epoch in range(20):
        given = {"epoch": epoch, "n_epochs": 20, **options}
        values, keywords = [given[n] for n in function.positional], {n: given[n] for n in function.keywords}
        assert namespace["factor"](*values, **keywords) == entry.factor(epoch, 20, **options)
    assert set(function.keywords) == set(entry.hyper)


@pytest.mark.parametrize("entry", INITIALIZERS.values(), ids=lambda e: e.key)
def test_an_initializers_plain_form_draws_the_same_weights(entry):
    takes = ("n_in", "n_out", "scale", "random_state")
    for n_in, n_out in ((7, 4), (1, 1), (2, 30)):
        arguments = {"n_in": n_in, "n_out": n_out, "scale": 0.3, "random_state": np.random.RandomState(3)}
        expected = entry(n_in, n_out, random_state=np.random.RandomState(3), scale=0.3)
        assert same(evaluated(entry.plain, takes, **arguments), expected)


@pytest.mark.parametrize("key", DERIVED)
def test_a_derived_inputs_plain_form_equals_its_function(key):
    _, function, plain = DERIVED[key]
    x1, x2 = EXTREME[:2]
    assert same(evaluated(plain, ("x1", "x2"), x1=x1, x2=x2), function(x1, x2))


@pytest.mark.parametrize("source", DATASETS.values(), ids=lambda e: e.key)
def test_a_dataset_makes_the_same_samples(source):
    d = Definitions()
    function = d.source(source.make, source.key)
    arguments = {"n_samples": 30, "noise": 0.2, "classes": source.default_classes, "random_state": 5}
    X, y = called(d, function, **arguments)
    expected_X, expected_y = source.make(30, 0.2, source.default_classes, 5)
    assert same(X, expected_X)
    assert same(y, expected_y)
    assert (X.dtype, y.dtype) == (expected_X.dtype, expected_y.dtype)


def test_clipping_is_the_trainings():
    grad = np.array([3.0, -4.0, 1e200])
    d = Definitions()
    assert same(called(d, d.source(clip_factor, "clip_factor"), grad=grad, clip=0.5), clip_factor(grad, 0.5))


# Functions that a user may add


def test_a_functions_parameters_are_those_that_it_uses():
    d = Definitions()
    assert d.formula("g", "u = Z + 1\nu * Z.size", ("Z", "A"), keywords=("rate",)).call(Z="Z1", A="A1") == "g(Z1)"
    assert d.new_lines() == ["def g(Z):", "    u = Z + 1", "    return u * Z.size"]


def test_a_function_from_its_source_takes_constants_helpers_and_imports_along():
    limit, table = 0.25, [1.0, 2.0, 3.0]

    def half(x):
        return x / 2

    def capped(n, size, k):
        """Made up."""
        import math

        from numpy import minimum

        return half(minimum(n, limit) * np.array(table)[:, None] * math.pi)

    d = Definitions()
    function = d.source(capped, "capped", ("n_samples", "noise", "classes"))
    assert function.call(named=True, n_samples="3", noise="0.1", classes="2") == "capped(n=3)"
    assert d.import_lines() == ["import math", "", "import numpy as np", "from numpy import minimum"]
    assert same(called(d, function, n_samples=EXTREME), capped(EXTREME, 0, 0))


def test_another_array_modules_name_takes_numpys_place():
    d = Definitions().beside("torch")
    d.formula("g", "np.sin(Z) + jnp.cos(Z)", ("Z",), doc="g, in place.")
    assert d.new_lines() == ["def g(Z):", '    """g."""', "    return torch.sin(Z) + jnp.cos(Z)"]
    assert numpy_names("np.sin(Z) + jnp.cos(Z) * np.e") == {"sin", "e"}


def test_names_never_collide():
    d = Definitions()
    names = [d.formula("g", plain, ("Z",)).name for plain in ("Z + 1", "Z + 2")]
    assert len(set(names)) == 2
    assert d.formula("g", "Z + 1", ("Z",)).name == names[0]
    for word in ("forward", "W1", "class", "print", "A0_train", "delta2", "12", "a-b"):
        assert Definitions().free_name(word) != word
        assert Definitions().free_name(word).isidentifier()


# Layout


@pytest.mark.parametrize(
    "text",
    [
        "plain", "it's", 'a "b"', "'\"", "back\\slash", "\\'", '\\"', "line\nbreak\r\t", '"""', "'''\"", "{x}", "ünï ☂", "‮", "\x00",
        "\ud800", "%s", "",
    ],
)  # fmt: skip
def test_a_text_reads_back_as_itself(text):
    written = literal(text)
    assert ast.literal_eval(written) == text
    assert "\n" not in written


@pytest.mark.parametrize(
    "value", [1e-300, 0.1, -0.0, 10**20, True, None, (1.5,), [1, "a"], {"k": 0.3}, np.float64(0.1)]
)
def test_a_number_reads_back_as_itself(value):
    assert ast.literal_eval(literal(value)) == value


def test_only_plain_values_become_literals():
    with pytest.raises(TypeError, match="value must be a number, text or a list"):
        literal(object())


def test_long_lines_are_broken_where_the_formatter_breaks_them():
    call = "result = some_function_of_a_long_name(" + ", ".join(f"argument_{k}" for k in range(12)) + ")"
    lines = fold(call)
    assert max(map(len, lines)) <= WIDTH
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(call))
    assert fold("short = 1") == ["short = 1"]


def test_a_block_of_numbers_keeps_them_all():
    text = block("x = [", [repr(k / 7) for k in range(200)])
    assert ast.literal_eval(text.removeprefix("x = ").removesuffix("  # fmt: skip")) == [k / 7 for k in range(200)]
    assert max(map(len, text.splitlines())) <= WIDTH
