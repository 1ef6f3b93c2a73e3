"""Where two runs disagree is the difference of what they predict."""

from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp import Config

SMALL = Config(n_samples=80, epochs=30, hidden=(5,))
CONFIGS = [
    SMALL,
    Config(dataset="iris", epochs=20),
    Config(dataset="bumps", n_samples=60, epochs=20, standardize=True),
    replace(SMALL, derived=("x1_x2",)),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.dataset)
@pytest.mark.parametrize("changes", [{"seed": 5}, {"activation": "tanh"}], ids=str)
def test_it_is_the_difference_of_two_predict_proba(config, changes):
    a, b = ffbp.train(config), ffbp.train(replace(config, **changes))
    raw = np.concatenate([a.dataset.raw_train, b.dataset.raw_test])
    for frame_a, frame_b in ((-1, -1), (3, 7)):
        outputs = [
            run.network(frame).predict_proba(run.dataset.encode(raw)) for run, frame in ((a, frame_a), (b, frame_b))
        ]
        if a.dataset.task == "regression":
            outputs = [run.dataset.decode_target(each) for run, each in zip((a, b), outputs, strict=True)]
        found = ffbp.disagreement(a, b, raw, frame_a=frame_a, frame_b=frame_b)
        np.testing.assert_allclose(found, outputs[1] - outputs[0], rtol=1e-9, atol=1e-12)
    assert not ffbp.disagreement(a, a, raw).any()


@pytest.mark.parametrize("config", CONFIGS[:2], ids=lambda config: config.dataset)
def test_samples_are_counted_on_which_they_decide_differently(config):
    a, b = ffbp.train(config), ffbp.train(replace(config, activation="tanh", seed=3))
    found = ffbp.n_disagree(a, b, [0, 5, -1], [0, 9, -1])
    for part in a.dataset.parts:
        for k, (frame_a, frame_b) in enumerate(((0, 0), (5, 9), (-1, -1))):
            decided = [r.network(f).predict(r.dataset.encode(part.raw)) for r, f in ((a, frame_a), (b, frame_b))]
            assert found[part.name][k] == (decided[0] != decided[1]).sum()
    assert not any(each.any() for each in ffbp.n_disagree(a, a, range(5), range(5)).values())


def test_runs_that_do_not_fit_say_so():
    a = ffbp.train(SMALL)
    with pytest.raises(ValueError, match="run_b must have the other run's features and outputs, got 'iris'"):
        ffbp.disagreement(a, ffbp.train(Config(dataset="iris", epochs=2)), a.dataset.raw_train)
    numbers = ffbp.train(Config(dataset="bumps", n_samples=50, epochs=2))
    with pytest.raises(ValueError, match="run_a must be a classification, got 'regression'"):
        ffbp.n_disagree(numbers, numbers, [0], [0])
