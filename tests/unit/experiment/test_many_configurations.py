"""Random valid configurations: each trains to a described end, within its work bound, with a correct gradient.

2,000 of them with ``--full``; otherwise 40, with less work each, and the gradients of the smaller networks.
"""

import random
import time
from dataclasses import replace

import numpy as np
import pytest
from test_config import random_config
from threadpoolctl import threadpool_limits

import ffbp
from ffbp.analysis import notices
from ffbp.experiment.experiment import MAX_WORK, Experiment
from ffbp.words import english
from ffbp.words.numbers import format_number

TOLERANCE = 1e-6
LARGEST = 1e3  # weights and targets above have no digits left for a quotient of differences
STEEPEST = (
    1e6  # a loss that swings through its range within a step (sine of 10·sine of ...) has a slope, but no quotient
)
MAX_SLOWNESS = 10  # measured to estimated seconds: about 1, but the sine of a huge number takes 7 times as long


@pytest.fixture(scope="module")
def runs(full):
    """(run, seconds of processor time) of random configurations with epochs reduced to bounded work."""
    rng, found = random.Random(11), []
    n, work = (2000, 0.5) if full else (40, 0.02)
    with threadpool_limits(1):
        while len(found) < n:
            config = random_config(rng)
            if config.file_name:
                continue  # its data is not in it
            epochs = max(1, int(config.epochs * min(1, work / Experiment(config).work)))
            start = time.process_time()
            run = ffbp.train(replace(config, epochs=epochs))
            found.append((run, time.process_time() - start))
    return found


def test_each_ends_finite_or_with_the_epoch_at_which_it_diverged_and_its_words(runs):
    diverged = 0
    for run, _ in runs:
        h = run.history
        frames = slice(0, 1) if run.diverged_at == 0 else slice(None)
        if run.diverged_at is None:
            assert run.history.epoch[-1] in (run.config.epochs, run.stopped_at)
        else:
            diverged += 1
            assert 0 <= run.diverged_at <= run.config.epochs
            told = [n for n in notices.notices(run) if n.level == "error"]
            assert any("diverge" in english.sentence(n, format_number).lower() for n in told), run.config
            if run.diverged_at == 0:
                continue  # frame 0 is the network that was asked for, finite or not
        assert np.isfinite(h.theta[frames]).all(), run.config
        assert np.isfinite(h.total[frames]).all(), run.config
        assert np.isfinite(h.grad_norm[frames]).all(), run.config
    assert 0 < diverged < len(runs) / 2


def test_none_takes_longer_than_the_work_that_config_promises_by_more_than_a_factor(runs):
    """Recording and measuring up to 300 frames adds at most a second, even to short runs."""
    assert all(run.config.epochs == 1 or Experiment(run.config).work <= MAX_WORK for run, _ in runs)
    slowest = max(runs, key=lambda pair: pair[1])
    print(f"slowest: {slowest[1]:.2f} s for an estimate of {Experiment(slowest[0].config).work:.2f} s")
    assert all(seconds < MAX_SLOWNESS * Experiment(run.config).work + 2.5 for run, seconds in runs)


def test_the_gradient_at_the_beginning_is_the_slope_of_the_loss(runs, full):
    """Without faults, whose gradients may be wrong on purpose."""
    runs = [(run, seconds) for run, seconds in runs if run.config.fault is None]
    worst, n_tested, n_kinks, n_drowned, n_checked = 0.0, 0, 0, 0, 0
    with threadpool_limits(1):
        for k, (run, _) in enumerate(runs):
            net, data = run.network(0), run.dataset
            random_state = np.random.RandomState(k)
            for layer in net.layers:
                layer.b[...] = random_state.normal(size=layer.b.shape) * 0.5
            if np.abs(net.theta).max() > LARGEST or np.abs(data.y_train).max() > LARGEST:
                continue
            if net.n_params > 1500 and not full:
                continue
            rows = int(np.clip(1_000_000 // net.n_params**2, 4, 20))
            if np.abs(net.backward(data.y_train[:rows], net.forward(data.X_train[:rows]))).max() > STEEPEST:
                continue
            check = ffbp.check_gradients(net, data.X_train[:rows], data.y_train[:rows])
            assert check.max_relative_error < TOLERANCE, f"{run.config}: {check}"
            worst = max(worst, check.max_relative_error)
            at_zero = int(((net.theta == 0) & (net.weight_mask > 0)).sum()) if net.l1 else 0  # where |w| has its corner
            n_tested, n_kinks = n_tested + 1, n_kinks + check.n_kinks - at_zero
            n_checked, n_drowned = n_checked + check.n_checked, n_drowned + check.n_drowned
    print(
        f"{n_tested} networks, {n_checked} parameters, {n_kinks} across a kink, {n_drowned} below rounding error, "
        f"worst {worst:.1e}"
    )
    assert n_tested > len(runs) / 4
    assert n_kinks < n_checked / 20
    assert n_drowned < n_checked / 1000
