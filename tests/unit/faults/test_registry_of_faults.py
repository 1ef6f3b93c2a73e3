"""Each fault is found by a check and missed by another, and a training without one is untouched."""

from dataclasses import replace
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from ffbp import Config, train
from ffbp.analysis.fault_checks import CHECKS, gradient_check, ratios, ratios_shown, verdicts
from ffbp.analysis.stability import stability
from ffbp.analysis.summary import summary, title
from ffbp.core.gradcheck import AGREEMENT
from ffbp.core.network import Network
from ffbp.experiment.build import build_network, with_fault_if_it_fits
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.link import read
from ffbp.experiment.problems import ConfigError
from ffbp.export import pictures
from ffbp.export.embed import embed
from ffbp.export.forms import FORMS, PROGRAMS, available, program, usual_plane
from ffbp.export.pictures import boundary_png, loss_png
from ffbp.faults.registry import FAULTS
from ffbp.lessons.sheet import TooLarge, sheet_of
from ffbp.programs.program import NoEquivalent
from ffbp.record.read import read_record
from ffbp.record.verify import verify
from ffbp.record.write import dump_record
from ffbp.terminal.tour import main
from ffbp.training.faulty import LOOPS, mistake, training_of
from ffbp.training.loop import Training
from ffbp.training.many import train_many
from ffbp.training.sweep import sweep
from ffbp.words import english

SMALL = {"dataset": "blobs", "classes": 3, "n_samples": 60, "hidden": (4, 3), "activation": "tanh", "batch_size": 8}
WORLDS = (
    SMALL,
    SMALL | {"optimizer": "adam"},
    {**SMALL, "dataset": "noisy_sine", "classes": None, "initializer": "normal"},
)

BANNER = "This run has a deliberate fault: wrong sign."


def config_of(key, **changes):
    return Config(**{**FAULTS[key].example, "fault": key, **changes})


@pytest.fixture(scope="module")
def runs():
    return {key: (train(config_of(key, fault=None)), train(config_of(key))) for key in FAULTS}


def test_there_are_twelve_and_each_changes_one_thing():
    assert len(FAULTS) == 12
    for key, fault in FAULTS.items():
        parts = [part for part in (fault.parts.output, fault.parts.data) if part]
        parts += [fault.parts.network] * (fault.parts.network is not Network)
        parts += [fault.parts.start] * (fault.parts.start is not None and fault.parts.network is Network)
        assert len(parts) + (key in LOOPS) == 1, key


def test_each_has_a_source_of_its_own():
    assert len({mistake(key) for key in FAULTS}) == len(FAULTS)


def test_without_a_fault_everything_is_the_healthy_class():
    training = training_of(Config(), Experiment(Config()).dataset)
    assert (type(training), type(training.network)) == (Training, Network)
    assert "fault" not in Config().to_params()


@pytest.mark.parametrize("key", FAULTS)
def test_a_fault_is_found_by_its_check_and_missed_by_another_and_the_healthy_run_passes_all(key, runs):
    healthy, faulty = runs[key]
    assert [name for name, verdict in verdicts(healthy).items() if not verdict.passes] == []
    found = verdicts(faulty)
    assert not found[FAULTS[key].found_by].passes
    assert found[FAULTS[key].missed_by].passes
    assert healthy.history.theta.tobytes() != faulty.history.theta.tobytes() or key == "test_in_training"


@pytest.mark.parametrize("key", FAULTS)
def test_the_gradient_check_never_passes_a_faulty_gradient(key, runs):
    run = runs[key][1]
    network = run.network(0)
    right = Network(
        network.sizes, network.activations, loss=network.loss_function, theta=network.theta, task=network.task
    )
    right.backward(run.dataset.y_train, right.forward(run.dataset.X_train))
    faulty = not np.allclose(network.grad, right.grad, rtol=1e-6, atol=1e-12)
    assert (gradient_check(run).max_relative_error > AGREEMENT) == faulty
    training = training_of(run.config, run.dataset)
    for _ in range(2):
        training.gradient()
        right.theta[...] = training.network.theta
        _, Y, trace = training.batches[training.batch]
        at = right.new_trace(trace.n)
        at.set_inputs(trace.A_ones[0])
        right.backpropagate(Y, right.propagate(at))
        used = training.network.grad.copy()
        training.update()
    faulty = not np.allclose(used, right.grad, rtol=1e-6, atol=1e-12)
    assert verdicts(run)["in_a_row"].passes != faulty


@pytest.mark.parametrize("key", FAULTS)
def test_a_faulty_run_resumes_bit_for_bit(key):
    run = train(config_of(key, epochs=6))
    training = run.resume(2)
    for _ in range(3):
        training.run_epoch()
    assert training.network.theta.tobytes() == run.history.theta[5].tobytes()


@pytest.mark.parametrize("key", FAULTS)
def test_records_links_and_many_runs_carry_it(key):
    config = config_of(key, epochs=4)
    assert Config.from_params(config.to_params()) == (config, [])
    assert read({"b.fault": key}).view.b.values == (("fault", key),)
    run = train(config)
    assert verify(read_record(dump_record(run))).passed
    several = train_many([config, replace(config, seed=7)], n_jobs=1)
    assert several[0].history.theta.tobytes() == run.history.theta.tobytes()


@pytest.mark.parametrize("form", PROGRAMS)
def test_no_program_is_written_of_it(form):
    run = train(Config(epochs=1, fault="wrong_sign"))
    assert available(run, form) == [BANNER, "Programs are written of healthy runs only."]
    with pytest.raises(NoEquivalent, match="deliberate fault"):
        program(run, form)
    for write in PROGRAMS[form].files.values():
        with pytest.raises(ValueError, match="healthy runs only"):
            write(run)
    assert summary(run)["Fault"] == BANNER
    assert title(run).endswith("with a fault: wrong sign")


@pytest.mark.parametrize("form", sorted(set(FORMS) - {*PROGRAMS, "json"}))
def test_whatever_is_exported_of_it_has_the_words_of_the_banner(form):
    run = train(Config(epochs=2, fault="wrong_sign"))
    for name, write in FORMS[form].files.items():
        written = write(run)
        assert BANNER.encode() in (written if isinstance(written, bytes) else written.encode()), name
        if form == "csv":
            header, *rows = written.splitlines()
            assert header.endswith(",fault")
            assert all(row.endswith(BANNER) for row in rows)


def test_an_embed_has_them_too_and_a_worksheet_is_not_made():
    run = train(Config(epochs=2, hidden=(2,), fault="wrong_sign"))
    assert f"{BANNER} Moons" in embed(run, usual_plane(run), ("network",))
    data = run.dataset
    with pytest.raises(TooLarge, match="deliberate fault"):
        sheet_of(run.network(1), data.X_train[:1], data.y_train[:1], rate=0.1)


def test_the_tables_of_many_faulty_runs_say_so():
    table = sweep(Config(epochs=1, fault="wrong_sign"), field="learning_rate", values=(0.1, 1.0), seeds=(1,), n_jobs=1)
    assert all(row.endswith(f",{BANNER}") for row in table.to_csv().splitlines()[1:])


@pytest.mark.parametrize("write", [boundary_png, loss_png])
def test_the_banner_is_drawn_above_a_picture_and_fits(write):
    longest = max(FAULTS, key=lambda key: len(FAULTS[key].banner))
    run = train(config_of(longest, epochs=2))
    plane = [usual_plane(run)] if write is boundary_png else []
    faulty = np.array(Image.open(BytesIO(write(run, *plane))).convert("RGB"))
    assert faulty.shape == (pictures.HEIGHT + pictures.BAND, pictures.WIDTH, 3)
    band = (faulty[: pictures.BAND].min(axis=2) < 200).any(axis=0)  # columns with ink
    assert band.any()
    assert not band[-4:].any(), "the banner is cut"


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("no_slope", {"hidden": ()}),
        ("no_slope", {"activation": "identity"}),
        ("old_activations", {"batch_size": None}),
        ("not_cleared", {"batch_size": None}),
        ("half", {"loss": "bce"}),
        ("updated_weights", {"optimizer": "adam"}),
        ("softmax_twice", {}),
        ("same_in_a_row", {"initializer": "constant"}),
        ("no_correction", {}),
        ("test_in_training", {"test_size": 0.0}),
        ("sum_for_mean", {"batch_size": 1, "n_samples": 50, "epochs": 9}),
    ],
)
def test_a_fault_that_does_not_apply_says_so_in_one_message(key, changes):
    with pytest.raises(ConfigError) as caught:
        Config(**changes, fault=key)
    assert str(caught.value) == f"fault must be left out unless {FAULTS[key].needs}, got {key!r}"
    config, problems = Config.from_params({**Config(**changes).to_params(), "fault": key})
    assert (config, [each.field for each in problems]) == (Config(**changes), ["fault"])


@pytest.mark.parametrize("world", WORLDS)
def test_any_two_faults_of_one_experiment_are_told_apart_by_a_check(world):
    config = Config(**world, epochs=60, learning_rate=0.05)
    there = [key for key, fault in FAULTS.items() if fault.applies(Experiment(config))]
    kinds = {key: verdicts(train(replace(config, fault=key))) for key in there}
    for one, other in combinations(there, 2):
        assert [name for name in CHECKS if kinds[one][name].kind != kinds[other][name].kind], (one, other)


def test_the_terminal_says_it_and_writes_no_program(tmp_path, capsys):
    given = ["--fault", "wrong_sign", "--samples", "60", "--epochs", "3", "--out", str(tmp_path)]
    assert main([*given, "--export", "script,json"]) == 1
    said = capsys.readouterr()
    assert "! This run has a deliberate fault: wrong sign." in said.out
    assert "Programs are written of healthy runs only." in said.err
    assert not (tmp_path / "experiment.py").exists()
    assert (tmp_path / "record.json").exists()
    assert main(["--fault", "no_correction"]) == 2
    assert "fault must be left out unless the optimizer is Adam or AdamW" in capsys.readouterr().err


# What the texts claim


def test_without_the_two_the_run_is_the_healthy_one_at_half_the_rate():
    run = train(config_of("half"))
    slower = train(replace(run.config, fault=None, learning_rate=run.config.learning_rate / 2))
    np.testing.assert_allclose(run.history.train_loss, slower.history.train_loss, rtol=1e-9)


def test_the_sum_with_a_rate_n_times_lower_is_the_healthy_run():
    run = train(config_of("sum_for_mean", fault=None))
    n = len(run.dataset.X_train)
    summed = train(replace(run.config, fault="sum_for_mean", learning_rate=run.config.learning_rate / n))
    np.testing.assert_allclose(run.history.train_loss, summed.history.train_loss, rtol=1e-6)


def test_what_is_said_about_the_curves_is_true(runs):
    loss = {key: [run.history.train_loss for run in pair] for key, pair in runs.items()}
    assert loss["sum_for_mean"][1][1:6].max() > 2 * loss["sum_for_mean"][1][0] > 4 * loss["sum_for_mean"][0][-1]
    assert (np.diff(loss["wrong_sign"][1][:20]) > 0).all()
    assert loss["old_activations"][1][-1] > loss["old_activations"][0][-1]
    assert loss["not_cleared"][1][1] < loss["not_cleared"][0][1]
    assert loss["softmax_twice"][1].min() > -np.log(np.e / (np.e + 2)) > loss["softmax_twice"][0][-1]
    assert loss["no_slope"][1][-1] < loss["no_slope"][1][0]
    healthy, faulty = runs["test_in_training"]
    assert healthy.history.test_loss[-1] > 4 * healthy.history.train_loss[-1]
    assert faulty.history.test_loss[-1] < 2 * faulty.history.train_loss[-1]
    network = runs["same_in_a_row"][1].network(0)
    assert np.ptp(network.layers[0].W, axis=1).max() == 0
    theta = runs["no_bias"][1].history.theta
    assert all(
        np.ptp(block[..., -1], axis=0).max() == 0 for block in Network((2, 6, 1), ("tanh", "sigmoid")).blocks(theta)
    )


def test_the_ratios_are_those_of_the_texts(runs):
    def of(key):
        run = runs[key][1]
        return ratios(gradient_check(run), run), len(run.dataset.X_train)

    for key, value in (("half", 0.5), ("wrong_sign", -1), ("sum_for_mean", None)):
        found, n = of(key)
        assert all(each.are(value or n) for each in found), key
    assert all(each.are(0 if each.biases else 1) for each in of("no_bias")[0])


def test_what_is_said_about_gradients_and_steps_is_true(runs):
    norms = {key: [run.history.grad_norm[0] for run in pair] for key, pair in runs.items()}
    healthy, faulty = norms["no_slope"]
    assert faulty[-1] == pytest.approx(healthy[-1], rel=1e-12)
    assert (np.abs(faulty[:-1] / healthy[:-1] - 1) > 0.1).all()
    np.testing.assert_allclose(*norms["wrong_sign"], rtol=1e-12)
    for key in ("old_activations", "not_cleared", "softmax_twice", "no_correction", "test_in_training"):
        assert verdicts(runs[key][1])["gradient"].passes, key
    updates = [run.history.update_norm[1] for run in runs["no_correction"]]
    assert updates[1] / updates[0] == pytest.approx(0.1 / 0.001**0.5, rel=1e-3)
    assert not any(each.are(1) for each in ratios_shown(runs["not_cleared"][1], "in_a_row"))
    of_biases = [each for each in ratios_shown(runs["old_activations"][1], "in_a_row") if each.biases]
    assert all(each.are(1) for each in of_biases)
    errors = [gradient_check(train(config_of("updated_weights", learning_rate=rate, epochs=1))) for rate in (0.01, 1.0)]
    assert errors[0].max_relative_error * 10 < errors[1].max_relative_error
    losses = [run.history.train_loss[:300] for run in runs["updated_weights"]]
    assert np.abs(losses[1] / losses[0] - 1).max() < 0.1


def test_the_network_in_a_fault_is_built_with_its_rate():
    config = config_of("updated_weights")
    assert build_network(config, Experiment(config).dataset).learning_rate == config.learning_rate


@pytest.mark.parametrize("key", FAULTS)
def test_an_entry_says_everything_in_short_sentences(key):
    fault = FAULTS[key]
    for text in (fault.does, fault.healthy, fault.pattern, fault.panel):
        assert text.endswith(".")
        assert len(text.split()) <= 30
    assert {fault.found_by, fault.missed_by} <= set(CHECKS)


def test_every_verdict_is_a_sentence(runs):
    for pair in runs.values():
        for run in pair:
            for verdict in verdicts(run).values():
                text = english.sentence(verdict.notice)
                assert text.startswith("Passes: " if verdict.passes else "Fails: ")
                assert text.endswith(".")


@pytest.mark.parametrize("key", FAULTS)
def test_no_stability_is_claimed_of_a_faulty_step(key):
    found = stability(train(config_of(key, epochs=3)))
    assert np.isnan(found.ratio).all()


def test_a_change_that_the_fault_does_not_survive_leaves_it_out():
    config = config_of("not_cleared")
    assert with_fault_if_it_fits(config, batch_size=16).fault == "not_cleared"
    assert with_fault_if_it_fits(config, batch_size=None).fault is None
    with pytest.raises(ConfigError, match=r"^seed must"):
        with_fault_if_it_fits(config, seed=-1)
