"""How B differs from A, in an address and beside any A: nothing that an address holds makes it fail."""

import random

import pytest
from links import NASTY
from test_config import random_config

import ffbp
from ffbp.experiment import link
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.link import View, params_of
from ffbp.experiment.pair import NONE, NOTHING, OF_A_NETWORK, PREFIX, SHARED, START, Other, another_value

BASES = {
    "reference": ffbp.Config(),
    "flowers": ffbp.Config(dataset="iris", epochs=20),
    "other": ffbp.Config(
        dataset="blobs", optimizer="adamw", schedule="step", batch_size=10, hidden=(4, 4), activation=("tanh", "relu"),
        patience=10, clip=1.0, l2=0.1, initializer="normal", epochs=20,
    ),
    "number": ffbp.Config(dataset="bumps", optimizer="rmsprop", schedule="warmup_cosine", epochs=20),
}  # fmt: skip


def test_the_address_holds_the_fields_that_differ_and_nothing_else():
    b = Other(start=40).having({"activation": "tanh", "learning_rate": 3.0})
    params = params_of(ffbp.Config(hidden=(4,)), View(b=b))
    assert params == {"hidden": "4", "b.activation": "tanh", "b.lr": "3", "b.from": "40"}
    read = link.read(params)
    assert (read.config, read.view.b, read.problems) == (ffbp.Config(hidden=(4,)), b, [])
    assert link.read({"dataset": "moons"}).view.b == NOTHING


def test_a_field_without_a_value_has_a_word_in_the_address():
    read = link.read({"batch": "10", "b.batch": NONE})
    config, kept, problems = read.view.b.of(read.config)
    assert (config.batch_size, kept.to_params(), problems) == (None, {"b.batch": NONE}, [])


@pytest.mark.parametrize("base", BASES)
def test_every_field_of_a_control_can_differ_and_comes_back_from_the_address(base):
    a, seen = BASES[base], []
    for name, each in FIELDS.items():
        if name in (*SHARED, *OF_A_NETWORK) or not each.applies(Experiment(a)):
            continue
        value = another_value(name, a)
        b = NOTHING.having({name: value})
        config, kept, problems = b.of(a)
        assert ([d.field for d in ffbp.differences(a, config)], kept, problems) == ([name], b, []), name
        assert link.read(params_of(a, View(b=b))).view.b == b
        seen.append(name)
    assert len(seen) > 15


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"b.lr": "x"}, "b.lr must be a finite number, got 'x'; it was left out"),
        ({"b.foo": "1"}, "unknown parameter 'b.foo'; it was left out"),
        ({"b.file": "data.csv"}, "unknown parameter 'b.file'; it was left out"),
        ({"b.from": "300"}, "b.from must be from 0 to 299, got '300'; it was left out"),
        ({"b.classes": "3"}, "b.classes must be left out for 'moons', got 3; it was left out"),
        ({"b.theta": "1"}, "b.theta must hold 41 numbers for this network, got 1; it was left out"),
    ],
)
def test_a_bad_value_gives_one_clear_message_and_b_has_the_value_of_a(params, words):
    read = link.read(params)
    config, kept, problems = read.view.b.of(read.config)
    assert [str(each) for each in [*read.problems, *problems]] == [words]
    assert (config, kept) == (read.config, NOTHING)


def test_work_beyond_its_bound_lowers_the_epochs_of_b_only():
    config, kept, problems = NOTHING.having({"hidden": (64,) * 8}).of(ffbp.Config(n_samples=5000, epochs=2000))
    assert config.epochs < 2000
    assert [each.field for each in problems] == ["b.epochs"]
    assert kept.to_params() == {"b.hidden": "-".join(["64"] * 8)}


def test_what_does_not_fit_another_a_is_left_out_and_the_rest_stays():
    b = NOTHING.having({"classes": 4, "activation": "tanh"})
    assert b.of(ffbp.Config(dataset="blobs"))[1] == b
    config, kept, problems = b.of(ffbp.Config())
    assert (config, kept) == (ffbp.Config(activation="tanh"), b.without("classes"))
    assert [each.field for each in problems] == ["b.classes"]


def test_no_text_makes_reading_fail_and_what_was_read_is_stable():
    rng = random.Random(3)
    keys = [*(f"{PREFIX}{each.key}" for each in FIELDS.values()), START, f"{PREFIX}unheard", PREFIX]
    for _ in range(300):
        params = {rng.choice(keys): rng.choice(NASTY) for _ in range(3)}
        b, _ = Other.from_params(params)
        assert Other.from_params(b.to_params()) == (b, [])
        _, kept, _ = b.of(random_config(rng))
        assert {*kept.values} <= {*b.values}
