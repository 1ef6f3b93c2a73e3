"""The digits over ten seeds: `python -m pytest tests/benchmarks/test_digits.py -s` prints accuracy and time of each."""

from dataclasses import replace
from time import perf_counter

import numpy as np

import ffbp
from ffbp.presets import PRESETS


def test_ten_seeds_reach_the_goal_each_within_ten_seconds():
    config, accuracies, times = PRESETS["digits"].config, [], []
    print("\n\nseed  test accuracy  seconds")
    for seed in range(10):
        start = perf_counter()
        run = ffbp.train(replace(config, seed=seed))
        times.append(perf_counter() - start)
        accuracies.append(100 * run.history.test_accuracy[-1])
        print(f"{seed:4}  {accuracies[-1]:11.2f} %  {times[-1]:7.2f}")
    print(f"mean {np.mean(accuracies):.2f} %, lowest {min(accuracies):.2f} %, slowest {max(times):.2f} s")
    assert np.mean(accuracies) >= 97.3
    assert min(accuracies) >= 95.5
    assert max(times) < 10
