"""The same link, the same numbers: in every process, with one and with several BLAS threads.

Other Pythons and other versions of the dependencies: `python tests/benchmarks/versions.py`.
"""

import json
import os
import subprocess
import sys

import digest
import numpy as np
import pytest
import textbook
from servers import ROOT


@pytest.fixture(scope="module")
def here():
    return digest.losses(100)


@pytest.mark.parametrize("n_threads", ["1", "4"])
def test_losses_are_bit_identical_in_another_process_with_one_and_several_threads(here, n_threads):
    threads = {f"{library}_NUM_THREADS": n_threads for library in ("OPENBLAS", "OMP", "MKL")}
    result = subprocess.run(
        [sys.executable, "tests/digest.py", "100"], cwd=ROOT, env=os.environ | threads, capture_output=True, check=True
    )
    there = json.loads(result.stdout)
    assert there.keys() == here.keys()
    assert {key for key in here if here[key] != there[key]} == set()


def test_the_digest_is_of_what_it_says(here):
    X_train, _, y_train, _ = textbook.data()
    _, losses = textbook.train(X_train, y_train, epochs=100)
    np.testing.assert_allclose([float.fromhex(text) for text in here["reference"]], losses, rtol=1e-12)
    assert len({tuple(values) for values in here.values()}) == len(here)
