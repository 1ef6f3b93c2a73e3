"""What two runs have in common is proved by fingerprints."""

import pytest

import ffbp
from ffbp.analysis.equal_parts import equal_parts_notice
from ffbp.words.english import sentence

SMALL = {"n_samples": 60, "epochs": 4, "hidden": (5, 4)}


def run(**changes):
    fixed = ("n_samples",) if "dataset" in changes else ()
    return ffbp.train(ffbp.Config(**{name: value for name, value in (SMALL | changes).items() if name not in fixed}))


def found(a, b):
    return {part.name: part for part in ffbp.equal_parts(run(**a), run(**b))}


@pytest.mark.parametrize(("a", "b", "differing"), [
    ({}, {"learning_rate": 0.3}, set()),
    ({}, {"activation": "tanh"}, set()),
    ({}, {"noise": 0.3}, {"data"}),
    ({}, {"seed": 1}, {"data", "split", "batches", "weights"}),
    ({}, {"test_size": 0.5}, {"split", "batches"}),
    ({}, {"initializer": "zeros"}, {"weights"}),
    ({}, {"batch_size": 10}, {"batches"}),
    ({"batch_size": 10}, {"batch_size": 10, "shuffle": False}, {"batches"}),
    ({"batch_size": 10}, {"batch_size": 10, "optimizer": "adam", "epochs": 9}, set()),
    ({"dataset": "diabetes"}, {"dataset": "diabetes", "seed": 1}, {"split", "batches", "weights"}),
])  # fmt: skip
def test_exactly_those_parts_differ_that_the_fields_decide(a, b, differing):
    assert {name for name, part in found(a, b).items() if not part.equal} == differing


def test_where_widths_differ_the_layers_before_have_the_same_initial_weights():
    parts = ffbp.equal_parts(run(), run(hidden=(5, 7)))
    assert parts[-1].layers == (1,)
    assert not parts[-1].equal
    assert sentence(equal_parts_notice(parts)) == (
        "Equal: the data, the split, the order of the batches and the initial weights of layer 1. "
        "Different: the initial weights of the other layers."
    )
    (same,) = (part for part in ffbp.equal_parts(run(), run(l2=0.1)) if part.name == "weights")
    assert same.layers == (1, 2, 3)


def test_runs_without_any_common_part_say_so():
    assert sentence(equal_parts_notice(ffbp.equal_parts(run(), run(seed=1)))) == (
        "Different: the data, the split, the order of the batches and the initial weights."
    )
