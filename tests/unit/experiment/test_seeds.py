"""Data, initial weights and shuffling each have the seed, or one of their own."""

import numpy as np
import pytest
from experiments import difference, execute

import ffbp
from ffbp import Config
from ffbp.analysis.summary import command, summary
from ffbp.experiment.link import params_of
from ffbp.programs.facts import Facts
from ffbp.programs.numpy_script import numpy_script

SMALL = {"n_samples": 60, "epochs": 4, "batch_size": 10}


def run(**changes):
    return ffbp.train(Config(**SMALL, **changes))


@pytest.mark.parametrize(("field", "parts"), [
    ("data_seed", {"data", "split", "batches"}),
    ("weight_seed", {"weights"}),
    ("seed", {"data", "split", "batches", "weights"}),
])  # fmt: skip
def test_a_seed_of_ones_own_changes_exactly_its_part(field, parts):
    found = ffbp.equal_parts(run(), run(**{field: 7}))
    assert {part.name for part in found if not part.equal} == parts


def test_shuffling_keeps_the_seed():
    a, b = run(seed=5, data_seed=42, weight_seed=42), run()
    differing = {part.name for part in ffbp.equal_parts(a, b) if not part.equal}
    assert differing == {"batches"}


def test_the_same_number_is_the_same_run():
    plain, said = run(seed=7), run(seed=7, data_seed=7, weight_seed=7)
    assert plain.history.theta.tobytes() == said.history.theta.tobytes()
    apart = run(seed=3, data_seed=7, weight_seed=7)
    assert apart.history.theta[0].tobytes() == plain.history.theta[0].tobytes()
    assert (apart.dataset.rows_train == plain.dataset.rows_train).all()


def test_left_out_they_are_in_no_link():
    assert "data_seed" not in Config(seed=7).to_params()
    assert Config().to_params() == {}
    config = Config(data_seed=0, weight_seed=2**32 - 1)
    assert params_of(config) == {"data_seed": "0", "weight_seed": str(2**32 - 1)}
    assert Config.from_params(params_of(config)) == (config, [])
    assert command(config) == "python -m ffbp --data-seed=0 --weight-seed=4294967295"
    with pytest.raises(ValueError, match="weight_seed must be from 0 to 4294967295, got -1"):
        Config(weight_seed=-1)


@pytest.mark.parametrize("dataset", ["moons", "iris", "blobs", "diabetes"])
def test_programs_draw_from_the_same_seeds(dataset):
    sized = {"n_samples": 60} if dataset in ("moons", "blobs") else {}
    config = Config(dataset=dataset, seed=5, data_seed=6, weight_seed=7, epochs=4, batch_size=10, **sized)
    trained = ffbp.train(config)
    text = numpy_script(trained)
    assert difference(execute(text)["losses"], trained.history.step_loss) <= 1e-12
    assert "seed 5 of the shuffling, 6 of the data, 7 of the initial weights" in " ".join(text.split())
    assert summary(trained)["Training"].endswith("seed 5 of the shuffling, 6 of the data, 7 of the initial weights.")


def test_a_record_holds_them():
    trained = run(data_seed=7, weight_seed=8)
    again = ffbp.load_record(ffbp.dump_record(trained))
    assert again.config == trained.config
    assert np.array_equal(again.history.theta, trained.history.theta)


def test_one_seed_is_said_as_one():
    assert "seed 42." in Facts(run()).heading("how")
