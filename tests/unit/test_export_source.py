"""The registries' functions as exported code: for every entry the same numbers, and readable where it can be."""

import ast

import numpy as np
import pytest

from ffbp import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from ffbp.programs.layout import WIDTH, block, fold, literal
from ffbp.programs.source import Definitions, NotExportable
from ffbp.training.loop import clip_factor

Z = np.concatenate([np.linspace(-30, 30, 41), [-800.0, -1e-300, 0.0, -0.0, 1e-17, 800.0, 0.5, -0.5, 1.0, 2.0]]).reshape(
    3, 17
)
HYPER = {
    "momentum": 0.9, "rho": 0.99, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01, "learning_rate": 0.1,
    "step": 3,
}  # fmt: skip


def define(d, **names):
    """The namespace of what was exported."""
    text = "\n".join([*d.import_lines(), *d.constants.values(), *d.new_lines()])
    namespace = {"np": np, **names}
    exec(compile(text, "exported.py", "exec"), namespace)
    return namespace


def called(d, exported, **arguments):
    """What the exported function returns for these arguments."""
    namespace = define(d)
    values = [arguments[name] for name in exported.positional]
    return namespace[exported.name](*values, **{name: arguments[name] for name in exported.keywords})


def same(a, b):
    return np.array_equal(np.asarray(a, dtype=float), b, equal_nan=True)


@pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=lambda e: e.key)
def test_an_activation_and_its_slope_give_the_same_numbers_to_the_last_bit(entry):
    with np.errstate(all="ignore"):
        A = entry.forward(Z, np.empty_like(Z))
        d = Definitions()
        exported = d.function(entry.forward, entry.key)
        assert same(called(d, exported, Z=Z), A)
        assert exported.rewritten
        d = Definitions()
        slope = d.function(entry.derivative, f"d_{entry.key}")
        assert same(called(d, slope, Z=Z, A=A), entry.derivative(Z, A, np.empty_like(Z)))
        assert slope.rewritten
        if entry.jacobian:
            d, delta = Definitions(), np.cos(Z)
            exported = d.function(entry.jacobian, "jacobian", result="delta")
            result = called(d, exported, A=A, delta=delta.copy())
            entry.jacobian(A, delta)
            assert same(result, delta)


@pytest.mark.parametrize("entry", LOSSES.values(), ids=lambda e: e.key)
def test_a_loss_and_its_gradient_give_the_same_numbers_to_the_last_bit(entry):
    output = ACTIVATIONS[entry.canonical]
    Y = (np.arange(17) % 3 == np.arange(3)[:, None]).astype(float)
    with np.errstate(all="ignore"):
        for scale in (1.0, 0.01, 1e-4):
            logits = Z * scale
            A = output.forward(logits, np.empty_like(Z))
            work = np.empty_like(Z), np.empty_like(Z)
            for function, expected in (
                (entry.value, entry.value(A, Y)),
                (entry.gradient, entry.gradient(A, Y, np.empty_like(Z))),
                *(
                    [(entry.value_from_logits, entry.value_from_logits(logits, A, Y, work))]
                    if entry.value_from_logits
                    else []
                ),
            ):
                d = Definitions()
                assert same(called(d, d.function(function, entry.key), Z=logits, A=A, Y=Y), expected)


@pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=lambda e: e.key)
@pytest.mark.parametrize("pure", [False, True])
def test_an_update_changes_the_parameters_and_its_memory_the_same_way(entry, pure):
    rng = np.random.RandomState(0)
    theta, grad, state = rng.randn(9), rng.randn(9), np.abs(rng.randn(entry.n_state, 9))
    expected, memory = theta.copy(), state.copy()
    options = {name: HYPER[name] for name in (*entry.hyper, "learning_rate", "step")}
    entry.update(expected, grad, memory, np.empty(9), **options)
    d = Definitions(pure=pure)
    exported = d.function(entry.update, f"{entry.key}_update")
    kept = theta.copy(), state.copy()
    result = called(d, exported, theta=theta, grad=grad, state=list(state) if pure else state, **options)
    if pure:
        assert same(theta, kept[0])
        assert same(state, kept[1])
        theta, state = result
    assert same(theta, expected)
    assert same(np.array(state).reshape(memory.shape), memory)


@pytest.mark.parametrize("entry", SCHEDULES.values(), ids=lambda e: e.key)
def test_a_schedule_gives_the_same_rates(entry):
    d = Definitions()
    exported = d.function(entry.factor, "factor")
    namespace = define(d)
    options = {"decay": 0.3, "decay_epochs": 4, "warmup": 5}
    for epoch in range(20):
        given = {"epoch": epoch, "n_epochs": 20, **options}
        value = namespace["factor"](
            *(given[n] for n in exported.positional), **{n: given[n] for n in exported.keywords}
        )
        assert value == entry.factor(epoch, 20, **options)


@pytest.mark.parametrize("entry", INITIALIZERS.values(), ids=lambda e: e.key)
def test_an_initializer_draws_the_same_weights_without_a_branch(entry):
    d = Definitions()
    known = {"self.std": entry.std, "self.draw": entry.draw}
    exported = d.function(type(entry).__call__, "weights", known=known, merge=("std",))
    lines = list(d.functions["weights"])
    assert not any("if " in line or "self" in line for line in lines)
    arguments = {"n_in": 7, "n_out": 4, "scale": 0.3, "random_state": np.random.RandomState(3)}
    expected = entry(7, 4, random_state=np.random.RandomState(3), scale=0.3)
    assert same(called(d, exported, **arguments), expected)


@pytest.mark.parametrize("source", DATASETS.values(), ids=lambda e: e.key)
def test_a_dataset_makes_the_same_samples(source):
    d = Definitions()
    exported = d.function(source.make, source.key)
    arguments = {"n_samples": 30, "noise": 0.2, "classes": source.default_classes, "random_state": 5}
    X, y = called(d, exported, **arguments)
    expected_X, expected_y = source.make(30, 0.2, source.default_classes, 5)
    assert same(X, expected_X)
    assert same(y, expected_y)
    assert "self" not in exported.positional


def test_clipping_is_the_trainings():
    d = Definitions()
    exported = d.function(clip_factor, "clip_factor")
    grad = np.array([3.0, -4.0, 1e200])
    assert same(called(d, exported, grad=grad, clip=0.5), clip_factor(grad, 0.5))


def test_in_place_statements_become_the_expression_that_they_compute():
    d = Definitions()
    d.function(ACTIVATIONS["sigmoid"].forward, "sigmoid")
    d.function(OPTIMIZERS["momentum"].update, "momentum_update")
    text = "\n".join(d.new_lines())
    assert "return 1.0 / (np.exp(-Z) + 1.0)" in text
    assert "v[...] = v * momentum + grad" in text
    assert "theta -= v * learning_rate" in text
    assert "out" not in {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


# Functions that somebody may add


def test_a_function_that_writes_into_parts_of_its_result_is_exported_as_it_stands():
    def clipped(Z, out):
        out[...] = Z
        out[Z > 1] = 1.0
        return out

    d = Definitions()
    exported = d.function(clipped, "clipped")
    assert not exported.rewritten
    assert exported.positional == ("Z",)
    assert same(called(d, exported, Z=Z), clipped(Z, np.empty_like(Z)))


def test_a_function_that_resists_takes_its_helpers_along_as_they_stand():
    def step(Z, out):
        return np.greater(Z, 0.0, out=out)

    def odd(Z, out):
        step(Z, out)
        out[Z == 0] = 0.5
        return out

    d = Definitions()
    assert same(called(d, d.function(odd, "odd"), Z=Z), odd(Z, np.empty_like(Z)))


def test_closures_and_module_constants_go_along():
    limit, table = 0.25, [1.0, 2.0, 3.0]

    def capped(Z, out):
        np.minimum(Z, limit, out=out)
        return np.multiply(out, np.array(table)[:, None], out=out)

    d = Definitions()
    assert same(called(d, d.function(capped, "capped"), Z=Z), capped(Z, np.empty_like(Z)))


def test_a_lambda_is_found_in_its_file():
    first, second = (lambda Z, out: np.copysign(Z, 1.0, out=out)), (lambda Z, out: np.add(Z, 2.0, out=out))
    for function in (first, second):
        d = Definitions()
        assert same(called(d, d.function(function, "f"), Z=Z), function(Z, np.empty_like(Z)))


def test_a_ufunc_is_its_own_name():
    assert Definitions().function(np.sin, "sine").call(Z="Z1") == "np.sin(Z1)"


def test_a_function_without_source_is_named():
    namespace = {}
    exec("def made(Z, out):\n    return out", namespace)
    with pytest.raises(NotExportable, match="'made' must be a Python function with source"):
        Definitions().function(namespace["made"], "made")


def test_names_never_collide():
    def one(Z, out):
        return np.add(Z, 1.0, out=out)

    def two(Z, out):
        return np.add(Z, 2.0, out=out)

    d = Definitions()
    names = [d.function(function, wanted).name for function, wanted in ((one, "g"), (two, "g"))]
    assert len(set(names)) == 2
    for word in ("forward", "W1", "class", "print", "A0_train", "delta2", "12", "a-b"):
        assert Definitions().function(one, word).name != word
        assert Definitions().function(one, word).name.isidentifier()


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
