"""Verification: false statements in a record are found, and rounding on another machine is tolerated."""

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from test_record import RUNS

import ffbp
from ffbp import Config, History
from ffbp.record import read, write
from ffbp.record import verify as verification
from ffbp.record.verify import verify
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number, format_percent

RECORDS = Path(__file__).parents[1] / "records"  # made by the first version that wrote any
HOMEWORK = Config(n_samples=20, test_size=0.1, optimizer="adam", learning_rate=0.01, hidden=(6,), epochs=50)
CSV = b"a,b,c,t\n" + b"".join(
    b"%.1f,%d,%s,%s\n" % (i * 0.3, i * i % 7, b"xyz"[i % 3 :][:1], (b"no", b"yes")[i * i % 5 > 1]) for i in range(30)
)
PRICES = CSV.replace(b"no", b"1.25").replace(b"yes", b"3.5")


@pytest.fixture(scope="module")
def small():
    return ffbp.train(RUNS["adam with batches"])


def loaded(run):
    return read.read_record(ffbp.dump_record(run))


def verified(run, table=None):
    return verify(read.Record(run, read.made_with()), table)


def forged(run, **changes):
    arrays = {f.name: getattr(run.history, f.name).copy() for f in fields(History)}
    for name, change in changes.items():
        change(arrays[name])
    return replace(run, history=History(**arrays))


def of_a_file(data=CSV, name="class.csv", **options):
    """A table and a run on it."""
    table = ffbp.read_table(data, name)
    config = Config(file_name=table.name, file_fingerprint=table.fingerprint, hidden=(3,), epochs=8, **options)
    return table, ffbp.train(config, ffbp.dataset_for(config, ffbp.source_of(table)))


def words(found):
    return [sentence(notice, format_number, format_percent) for notice in found.notices()]


def keys(found):
    return [notice.key for notice in found.notices()]


def last_digits(array):
    array *= 1 + 1e-13


def halve_the_end(array):
    array[9:] *= 0.5


@pytest.mark.parametrize("name", RUNS)
def test_an_honest_record_is_verified_bit_for_bit(name):
    run = loaded(ffbp.train(RUNS[name]))
    found = verify(run)
    assert found.equal
    assert found.passed
    assert found.difference == 0
    assert keys(found) == ["verified", "retrained", "unchecked_versions"]
    assert found.n_numbers == sum(getattr(run.run.history, f.name).size for f in fields(History))


@pytest.mark.parametrize("name", ["moons", "shop"])
def test_a_record_of_the_first_version_still_verifies(name):
    old = read.read_record((RECORDS / f"{name}.json").read_bytes())
    assert verify(old).passed
    if old.run.config.file_name:
        table = ffbp.read_table((RECORDS / "shop.csv").read_bytes(), "shop.csv")
        found = verify(old, table)
        assert found.passed
        assert "checked_file" in keys(found)


ELSEWHERE = {  # where rounding shows: ties, exact fits, tiny losses, a diverged run, and the usual
    "ties": Config(dataset="digits", columns=(), epochs=4, hidden=(4,), initializer="constant"),
    "zeros": Config(initializer="zeros", epochs=5),
    "exact fit": Config(dataset="plane", noise=0.0, hidden=(3,), activation="identity", epochs=400, learning_rate=0.2),
    "tiny loss": Config(dataset="blobs", noise=0.05, n_samples=60, epochs=400, optimizer="adam", learning_rate=0.1),
    "diverged": RUNS["diverged"],
    "batches": RUNS["adam with batches"],
    "deep": Config(hidden=(6,) * 5, activation="sigmoid", epochs=20, n_samples=100),
}


def test_records_of_another_processor_verify(tmp_path):
    """Other OpenBLAS kernels, as an older processor would choose; skipped if there are none."""
    code = "import sys, ffbp\nfor line in sys.stdin: print(ffbp.dump_record(ffbp.train(ffbp.Config.from_json(line))), end='\\0')"
    result = subprocess.run(
        [sys.executable, "-c", code], input="\n".join(config.to_json() for config in ELSEWHERE.values()),
        env=os.environ | {"OPENBLAS_CORETYPE": "Nehalem"}, cwd=RECORDS.parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name, text in zip(ELSEWHERE, result.stdout.split("\0")[:-1], strict=True):
        found = verify(read.read_record(text))
        assert found.passed, (name, words(found))


def test_last_digits_of_another_machine_agree(small):
    found = verified(forged(small, train_loss=last_digits))
    assert found.passed
    assert not found.equal
    assert keys(found)[:3] == ["agrees", "retrained", "allowance"]
    assert "agree to" in words(found)[0]
    assert words(found)[2].endswith("no allowance was used.")


# Numbers


def test_a_forged_loss_is_found_with_the_epoch_from_which_it_is_forged(small):
    fake = loaded(forged(small, train_loss=halve_the_end))
    found, epoch = verify(fake), small.history.epoch[9]
    assert not found.passed
    assert found.parts_at == epoch
    text = words(found)[0]
    assert f"from epoch {epoch} on. The largest difference is in epoch {found.worst.epoch}: training loss" in text
    recorded, retrained = (format_number(run.history.train_loss[9]) for run in (fake.run, small))
    assert f"{recorded} in the record, {retrained} trained again." in text


NEVER_MEASURED = ("train_r2", "test_r2")  # in classification


def raised(array):
    """The last number slightly higher: more than any rounding error, too little to see."""
    flat = array.reshape(-1)
    flat[-1] += 1 if array.dtype.kind == "i" else 0.05


@pytest.mark.parametrize("name", [f.name for f in fields(History)])
def test_no_column_of_the_history_can_be_forged(small, name):
    run = ffbp.train(RUNS["regression"]) if name in NEVER_MEASURED else small
    found = verified(forged(run, **{name: raised}))
    assert not found.passed
    assert not found.equal
    assert found.notice().key == "disagrees"
    assert f"from epoch {found.parts_at} on" in words(found)[0]


@pytest.mark.parametrize("name", ["train_loss", "test_loss", "step_loss"])
@pytest.mark.parametrize("factor", [0.5, 0.99, 1.001])
def test_a_false_loss_of_1e_10_is_found(name, factor):
    run = ffbp.train(Config(dataset="plane", noise=0.0, n_samples=40, hidden=(), epochs=400, learning_rate=0.05))
    column = getattr(run.history, name)
    at = np.flatnonzero(column < 1e-10)[0]
    assert column[at] > 1e-11

    def change(array):
        array[at] *= factor

    assert not verified(forged(run, **{name: change})).passed
    assert verified(forged(run, **{name: last_digits})).passed


def test_a_run_that_fits_exactly_may_end_in_other_rounding():
    run = ffbp.train(Config(dataset="plane", noise=0.0, n_samples=40, hidden=(), epochs=3000, learning_rate=0.5))
    assert run.history.train_loss[-1] < 1e-29

    def doubled(array):
        array[-1] *= 2

    assert verified(forged(run, train_loss=doubled, grad_norm=doubled)).passed


@pytest.mark.parametrize("name", ["grad_norm", "grad_rms", "update_norm"])
def test_a_vanishing_gradient_is_no_rounding(name):
    run = ffbp.train(Config(hidden=(4,) * 7, activation="sigmoid", initializer="normal", n_samples=40, epochs=3))
    column = getattr(run.history, name)
    assert 0 < column[-1, 0] < 1e-9

    def doubled(array):
        array[-1, 0] *= 2

    assert not verified(forged(run, **{name: doubled})).passed


def test_a_forged_end_is_found(small):
    for changes in ({"diverged_at": 12}, {"stopped_at": 3}):
        found = verified(replace(small, **changes))
        assert not found.passed
        assert found.parts_at == next(iter(changes.values()))
        assert "and the run ends differently." in words(found)[0]
    stopped = ffbp.train(RUNS["stopped early"])
    assert not verified(replace(stopped, stopped_at=None)).passed


def test_a_run_cut_short_does_not_pass(small):
    arrays = {f.name: getattr(small.history, f.name) for f in fields(History)}
    cut = {name: array[:5] if name != "step_loss" else array[:12] for name, array in arrays.items()}
    found = verified(replace(small, history=History(**cut)))
    assert not found.passed
    assert found.parts_at == 5
    assert found.notice().key == "disagrees"


def test_forged_steps_are_found(small):
    found = verified(forged(small, step_loss=halve_the_end))
    assert not found.passed
    assert found.parts_at == 3  # step 10 of three a epoch


# Counts of samples and units


def test_a_false_accuracy_is_found_although_another_number_differs_in_its_last_digit():
    run = ffbp.train(HOMEWORK)

    def better(array):
        array[:] = np.minimum(1, array + 0.5)

    def last_digit(array):
        array[3] += 2e-16

    found = verify(loaded(forged(run, test_accuracy=better, train_loss=last_digit)))
    assert not found.passed
    assert found.worst.column == "test_accuracy"
    h = run.history
    assert "test accuracy 100.0 % in the record, 50.0 % trained again." in words(found)[0]
    assert (
        f"test loss {format_number(h.test_loss[-1])}, accuracy {format_percent(h.test_accuracy[-1])}" in words(found)[1]
    )


@pytest.mark.parametrize("name", ["train_accuracy", "test_accuracy", "inactive", "saturated"])
@pytest.mark.parametrize("everywhere", [True, False])
def test_a_count_may_not_be_off_by_one_where_nothing_is_undecided(name, everywhere):
    run = ffbp.train(HOMEWORK)
    n = {"train_accuracy": 18, "test_accuracy": 2}.get(name, 1)

    def one_off(array):
        part = array.reshape(len(array), -1)[:: 1 if everywhere else 49, 0]
        part += np.where(part * n < 1, 1, -1) * (1 if array.dtype.kind == "i" else 1 / n)

    assert not verified(forged(run, **{name: one_off, "theta": last_digits})).passed


def test_an_accuracy_that_counts_no_samples_is_found(small):
    def slightly(array):
        array[-1] -= 1e-12

    assert not verified(forged(small, train_accuracy=slightly, theta=last_digits)).passed


def with_a_sample_at_the_limit(distance, **options):
    """A run of one epoch whose first sample's output is this far from 0.5, on the wrong side if `distance` > 0."""
    points = ((0.0, 0.0, 0.0), (1.0, 0.5, 1.0), (-1.0, 0.5, 0.0), (2.0, -0.5, 1.0), (-1.5, -1.0, 0.0))
    theta = (1.0, 0.25, 4 * distance)
    return Config(
        dataset="xor",
        points=points,
        hidden=(),
        initial_theta=theta,
        test_size=0.0,
        epochs=1,
        learning_rate=1e-6,
        **options,
    )


def off_by(n_samples, frame=0):
    def change(array):
        array[frame] += n_samples / 5

    return change


def test_a_sample_at_the_limit_may_fall_to_its_other_side_in_its_own_frame_only():
    run = ffbp.train(with_a_sample_at_the_limit(2e-16))
    assert run.history.train_accuracy[0] == 0.8
    found = verified(forged(run, train_accuracy=off_by(1), theta=last_digits))
    assert found.passed
    assert [(frame.epoch, frame.samples, frame.units) for frame in found.allowed] == [(0, 1, 0)]
    assert "In 1 of 2 recorded epochs (0) the counts differ from the retraining's by up to 1 sample." in words(found)[2]
    assert not verified(forged(run, train_accuracy=off_by(1))).passed  # nothing else differs: the same machine
    assert not verified(forged(run, train_accuracy=off_by(-2), theta=last_digits)).passed
    clear = ffbp.train(with_a_sample_at_the_limit(1e-9))
    assert not verified(forged(clear, train_accuracy=off_by(1), theta=last_digits)).passed


def test_a_sample_that_the_recorded_parameters_decide_otherwise_is_undecided():
    run = ffbp.train(with_a_sample_at_the_limit(5e-11))

    def lower_bias(array):
        array[:, -1] -= 4e-10

    assert verified(forged(run, theta=lower_bias, train_accuracy=off_by(1))).passed
    assert not verified(forged(run, theta=lower_bias, train_accuracy=off_by(2))).passed


def test_equal_outputs_of_several_classes_are_undecided():
    run = ffbp.train(Config(dataset="iris", initializer="zeros", hidden=(3,), epochs=1))

    def another_class(array):
        array[0] = 0.35

    found = verified(forged(run, train_accuracy=another_class, theta=last_digits))
    assert found.passed
    assert found.allowed[0].samples == round(120 * abs(0.35 - run.history.train_accuracy[0]))


def test_a_unit_at_the_kink_is_undecided():
    points = ((1.0, 1.0, 0.0), (2.0, 2.0, 1.0), (3.0, 3.0, 0.0), (1.5, 1.5, 1.0))
    theta = (0.1, -0.1, 0.0, 1.0, 1.0, 0.5, 1.0, 1.0, 0.0)  # the first unit's z is 0, or nearly, on every sample
    config = Config(
        dataset="xor", points=points, hidden=(2,), initial_theta=theta, test_size=0.0, epochs=1, learning_rate=1e-6
    )
    run = ffbp.train(config)

    def alive(layer):
        def change(array):
            array[0, layer] += -1 if array[0, layer] else 1

        return change

    assert verified(forged(run, inactive=alive(0), saturated=alive(0), theta=last_digits)).allowed[0].units == 1
    assert not verified(forged(run, inactive=alive(1), theta=last_digits)).passed


@pytest.mark.parametrize("activation", ffbp.ACTIVATIONS)
def test_rounding_bounds_hold_for_every_activation(activation):
    """Compare with the same network in 32 more bits, if the machine has them."""
    rng = np.random.RandomState(1)
    hidden = "tanh" if ffbp.ACTIVATIONS[activation].coupled else activation
    network = ffbp.Network((3, 8, 8, 3), (hidden, hidden, activation), loss="mse", task="classification")
    network.theta[...] = rng.randn(network.n_params)
    X = rng.randn(50, 3)
    trace, offs = verification._forward(network, X)
    A = X.T.astype(np.longdouble)
    for l, layer in enumerate(network.layers, start=1):
        Z = layer.W.astype(np.longdouble) @ A + layer.b
        apart = np.abs(Z - trace.Z[l]).astype(float)
        assert (apart <= offs[l]).all()
        assert offs[l].max() < 1e-9
        A = layer.activation.forward(Z, np.empty_like(Z))


# Samples


def test_forged_samples_are_found(small):
    other = ffbp.train(replace(small.config, noise=0.3))
    found = verified(replace(small, dataset=other.dataset))
    assert not found.same_data
    assert found.notice().key == "other_data"
    assert "The record's samples" in words(found)[0]


@pytest.mark.parametrize(("nudge", "is_same"), [(1e-15, True), (1e-9, False)])
def test_samples_of_a_machine_whose_sine_differs_in_the_last_digit_are_the_same_data(small, nudge, is_same):
    names = ("raw_train", "raw_test")
    elsewhere = replace(small.dataset, **{name: getattr(small.dataset, name) * (1 + nudge) for name in names})
    found = verified(ffbp.train(small.config, elsewhere))
    assert found.same_data is is_same
    assert found.passed is is_same
    assert not found.equal


def swapped(array):
    """The array with one of its last numbers replaced by a different one."""
    array = array.copy()
    other = np.flatnonzero(array != array[-1])[0]
    array[-1], array[other] = array[other], array[-1]
    return array


FALSE_DATA = {
    "labels": lambda d: {"y_train": swapped(d.y_train)},
    "labels held out": lambda d: {"y_test": swapped(d.y_test)},
    "mean": lambda d: {"mean": d.mean + 3},
    "mean in its last shown digit": lambda d: {"mean": d.mean * (1 + 1e-6)},
    "std": lambda d: {"std": d.std * 2},
    "split": lambda d: {name: getattr(d, name)[::-1] for name in ("rows_train", "raw_train", "y_train")},
    "parts exchanged": lambda d: {
        f"{part}_{a}": np.concatenate([getattr(d, f"{part}_{a}")[:-1], getattr(d, f"{part}_{b}")[-1:]])
        for part in ("raw", "y", "rows")
        for a, b in (("train", "test"), ("test", "train"))
    },
}


@pytest.mark.parametrize("name", FALSE_DATA)
@pytest.mark.parametrize("source", ["iris", "file"])
def test_false_labels_splits_and_statistics_are_found_even_if_the_run_is_trained_on_them(name, source):
    if source == "file":
        table, run = of_a_file()
    else:
        table, run = None, ffbp.train(Config(dataset="iris", hidden=(3,), epochs=8))
    fake = loaded(ffbp.train(run.config, replace(run.dataset, **FALSE_DATA[name](run.dataset))))
    without = verify(fake)
    known = source == "file" and name.startswith("labels")  # then the file alone could tell
    assert without.passed is False or (known and "unchecked_file" in keys(without))
    if table is not None:
        found = verify(fake, table)
        assert not found.passed
        assert "class.csv" in words(found)[0]


def test_test_rows_copied_from_training_are_refused():
    _, run = of_a_file()
    d = run.dataset
    n = len(d.rows_test)
    copied = replace(d, raw_test=d.raw_train[:n], y_test=d.y_train[:n], rows_test=d.rows_train[:n])
    with pytest.raises(ValueError, match=r"data\.rows_test must be other rows than those of rows_train"):
        loaded(ffbp.train(run.config, copied))
    rows = replace(d, raw_test=d.raw_train[:n], y_test=d.y_train[:n])
    found = verify(loaded(ffbp.train(run.config, rows)), of_a_file()[0])
    assert not found.passed


@pytest.mark.parametrize("data", [CSV, PRICES])
@pytest.mark.parametrize("options", [{}, {"standardize": False}, {"test_size": 0.0}, {"columns": (1,)}, {"seed": 7}])
def test_a_files_record_is_checked_with_its_file_and_says_what_is_unknown_without(data, options):
    table, run = of_a_file(data, **options)
    found = verify(loaded(run))
    assert found.equal
    assert keys(found) == ["verified", "retrained", "unchecked_file", "unchecked_versions"]
    assert "The samples are the record's own" in words(found)[2]
    assert ("target" in words(found)[2]) is (data is PRICES)
    found = verify(loaded(run), table)
    assert found.equal
    assert keys(found) == ["verified", "retrained", "checked_file", "unchecked_versions"]
    assert "are those of class.csv, and its fingerprint is that file's." in words(found)[2]


def test_gaps_that_were_filled_or_left_out_are_no_fault():
    lines = CSV.splitlines(keepends=True)
    data = b"".join(
        line if i % 6 else line[: line.index(b",")] + b",," + line.split(b",", 2)[2] for i, line in enumerate(lines)
    )
    data = lines[0] + data.split(b"\n", 1)[1]
    for missing in ("drop", "median"):
        table, run = of_a_file(data, missing=missing)
        assert verify(loaded(run)).equal
        assert verify(loaded(run), table).equal


def test_a_false_target_mean_is_found_with_the_file():
    table, run = of_a_file(PRICES)
    fake = loaded(replace(run, dataset=replace(run.dataset, target_mean=run.dataset.target_mean + 1)))
    assert verify(fake).passed  # a record holds the standardised target alone
    found = verify(fake, table)
    assert not found.passed
    assert "The record's target's mean" in words(found)[0]
    scaled = replace(run.dataset, y_train=run.dataset.y_train * 2, y_test=run.dataset.y_test * 2)
    assert not verify(loaded(ffbp.train(run.config, scaled))).passed


def test_another_file_is_told_from_the_same_rows_saved_anew():
    table, run = of_a_file()
    other, _ = of_a_file(CSV.replace(b"0.3,", b"0.4,"), "other.csv")
    found = verify(loaded(run), other)
    assert not found.passed
    assert words(found)[0].startswith(
        "The record's means, standard deviations and samples differ from those of other.csv"
    )
    anew, _ = of_a_file(CSV.replace(b"\n", b"\r\n"), "anew.csv")
    found = verify(loaded(run), anew)
    assert found.passed
    assert f"is that of another file: {table.fingerprint} instead of {anew.fingerprint}" in words(found)[2]
    renamed = verify(loaded(run), ffbp.read_table(CSV, "renamed.csv"))
    assert "which it calls class.csv" in words(renamed)[2]


def test_a_file_that_cannot_give_the_experiment_says_why():
    _, run = of_a_file(target=3)
    found = verify(loaded(run), ffbp.read_table(b"a,b\n1,2\n2,3\n3,5\n", "b.csv"))
    assert not found.passed
    assert words(found)[0].startswith("The record's experiment cannot be made from b.csv: The target must be a column")
    with pytest.raises(ValueError, match="file must be left out"):
        verified(ffbp.train(HOMEWORK), ffbp.read_table(CSV))


def test_what_a_record_leaves_out_is_said(small):
    content = json.loads(ffbp.dump_record(small))
    for name in ("seed", "clip"):
        del content["config"][name]
    content["checksum"] = write.checksum(content)
    found = verify(read.read_record(json.dumps(content)))
    assert "The record leaves out config.clip and config.seed; the defaults were used." in words(found)
