"""No number and no exported text changes unnoticed: all runs match tests/unit/fingerprints.json."""

import json

import fingerprint
import numpy as np
import pytest

import ffbp
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.experiment.experiment import Experiment

WANTED = json.loads(fingerprint.PATH.read_text("utf-8"))
CONFIGS = fingerprint.configs()
SAME_MACHINE = WANTED["made_on"] == fingerprint.machine()


@pytest.mark.parametrize("key", WANTED["runs"])
def test_a_run_and_its_programs_are_what_they_were(key):
    run, wanted = ffbp.train(CONFIGS[key]), WANTED["runs"][key]
    found = fingerprint.of_run(run)
    if SAME_MACHINE:
        assert found == {name: wanted[name] for name in found}
        assert fingerprint.of_texts(run) == wanted["programs"]
    else:  # the last digits are another machine's
        first = [[float.fromhex(text) for text in each["first"]] for each in (found, wanted)]
        np.testing.assert_allclose(*first, rtol=1e-9)


def test_the_runs_cover_every_preset_optimizer_loss_and_task():
    assert set(WANTED["runs"]) == set(CONFIGS)
    assert {config.optimizer for config in CONFIGS.values()} == set(OPTIMIZERS)
    assert {ffbp.train(c).dataset.task for c in CONFIGS.values() if c.epochs < 20} == {"classification", "regression"}
    assert {Experiment(c).resolved.loss for c in CONFIGS.values()} == set(ffbp.LOSSES)
