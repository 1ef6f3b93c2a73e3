"""A record loads back bit for bit; every change is found, and any other file is refused in one sentence."""

import base64
import json
import random
import zlib
from dataclasses import fields, replace

import numpy as np
import pytest

import ffbp
from ffbp import Config, Dataset, History
from ffbp.faults.registry import FAULTS
from ffbp.record import read, write
from ffbp.record.verify import verify

RUNS = {
    "reference": Config(epochs=400),
    "adam with batches": Config(
        n_samples=60, optimizer="adam", batch_size=16, epochs=12, hidden=(4, 3), activation=("tanh", "relu"),
    ),
    "several classes": Config(dataset="iris", epochs=20, hidden=(4,)),
    "regression": Config(dataset="diabetes", columns=(), epochs=20, l2=0.01, clip=1.0),
    "one input": Config(dataset="noisy_sine", n_samples=40, epochs=20, activation="tanh"),
    "nothing held out": Config(dataset="xor_gate", epochs=20, hidden=(2,)),
    "drawn points": Config(dataset="xor", points=((1.0, 2.0, 1.0), (2.0, 1.0, 0.0)), test_size=0.0, hidden=(2,), epochs=10),
    "derived inputs": Config(dataset="circles", n_samples=40, derived=("x1_squared", "x2_squared"), hidden=(), epochs=10),
    "diverged": Config(dataset="bumps", n_samples=60, hidden=(16,), learning_rate=30.0, epochs=200),
    "stopped early": Config(
        n_samples=60, noise=0.4, test_size=0.5, hidden=(32,), optimizer="adam", learning_rate=0.05, epochs=400, patience=10,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def small():
    return ffbp.train(RUNS["adam with batches"])


@pytest.fixture(scope="module")
def text(small):
    return ffbp.dump_record(small)


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("name", RUNS)
def test_it_loads_back_bit_for_bit(name):
    run = ffbp.train(RUNS[name])
    loaded = ffbp.load_record(ffbp.dump_record(run))
    assert loaded.config == run.config
    assert (loaded.diverged_at, loaded.stopped_at) == (run.diverged_at, run.stopped_at)
    for item in fields(History):
        assert same(getattr(loaded.history, item.name), getattr(run.history, item.name)), item.name
    for item in fields(Dataset):
        ours, theirs = getattr(run.dataset, item.name), getattr(loaded.dataset, item.name)
        assert same(ours, theirs) if isinstance(ours, np.ndarray) else ours == theirs, item.name
    assert ffbp.dump_record(loaded) == ffbp.dump_record(run)


def test_a_loaded_run_takes_the_very_next_step(small, text):
    loaded = ffbp.load_record(text)
    ours, theirs = small.resume(5), loaded.resume(5)
    for _ in range(3):
        ours.run_epoch()
        theirs.run_epoch()
    assert (ours.network.theta == theirs.network.theta).all()
    assert (theirs.network.theta == small.history.theta[8]).all()


def test_it_can_be_read_without_the_project(small, text):
    content = json.loads(text, parse_constant=lambda token: pytest.fail(f"{token} is no JSON"))
    assert content["history"]["train_loss"] == small.history.train_loss.tolist()
    assert content["history"]["update_norm"][0] == ["NaN"] * 3
    assert content["history"]["train_r2"] is None
    packed = content["history"]["theta"]
    theta = np.frombuffer(zlib.decompress(base64.b64decode(packed["base64"])), "<f8").reshape(packed["shape"])
    assert (theta == small.history.theta).all()
    assert content["network"]["initial"][0]["W"] == small.network(0).layers[0].W.tolist()
    assert content["network"]["final"][-1]["b"] == small.network(-1).layers[-1].b[:, 0].tolist()
    assert content["made_with"]["numpy"] == np.__version__
    assert content["config"]["learning_rate"] == small.config.learning_rate


def test_the_reference_is_small():
    assert len(ffbp.dump_record(ffbp.train(Config()))) < 400_000


def test_the_largest_run_stays_within_the_bound():
    config = Config(n_samples=10, hidden=(64,) * 8, optimizer="adam", epochs=20)
    text = ffbp.dump_record(ffbp.train(config))
    assert 5_000_000 < len(text) < read.MAX_BYTES
    assert ffbp.load_record(text).config == config


@pytest.mark.parametrize("name", RUNS)
def test_its_size_is_known_before_it_is_written(name):
    run = ffbp.train(RUNS[name])
    n = len(ffbp.dump_record(run))
    assert 0.6 * n - 8000 < write.estimated_bytes(run) < 2 * n


def test_a_files_data_travel_with_it():
    rng = np.random.RandomState(0)
    data = ffbp.data.dataset.prepare(
        rng.randn(30, 3), rng.randint(0, 2, 30), task="classification", feature_names=("a", "<b>", "=c"), target_name="t",
        class_names=("no", "yes"), columns=(0, 2), standardize=True, test_size=0.2, seed=42, stratified=True,
    )  # fmt: skip
    run = ffbp.train(Config(file_name="my.csv", file_fingerprint="abc", epochs=10), data)
    loaded = ffbp.load_record(ffbp.dump_record(run))
    assert loaded.dataset.feature_names == ("a", "<b>", "=c")
    assert same(loaded.dataset.X_test, run.dataset.X_test)


def test_a_files_record_may_not_ask_for_endless_training(monkeypatch):
    table = ffbp.read_table(b"a,b,t\n" + b"".join(b"%d,%d,%d\n" % (i, i * i % 7, i % 2) for i in range(12)))
    config = Config(file_name=table.name, file_fingerprint=table.fingerprint, epochs=10)
    text = ffbp.dump_record(ffbp.train(config, ffbp.dataset_for(config, ffbp.source_of(table))))
    assert ffbp.load_record(text).config == config
    monkeypatch.setattr("ffbp.experiment.experiment.Experiment.epochs_that_fit", 9)
    with pytest.raises(ValueError, match="epochs must be at most 9 with this much work per epoch, got 10"):
        ffbp.load_record(text)


def reindented(text):
    return json.dumps(json.loads(text), indent=3, sort_keys=True)


def test_the_layout_does_not_matter(text):
    assert ffbp.dump_record(ffbp.load_record(reindented(text))) == text
    assert ffbp.dump_record(ffbp.load_record("\ufeff".encode() + text.encode())) == text


def changed(text, change, *, resign=False):
    """The record after a change of its content; with ``resign``, with a new checksum."""
    content = json.loads(text)
    change(content)
    if resign:
        content["checksum"] = write.checksum(content)
    return json.dumps(content)


def set_loss(content):
    content["history"]["train_loss"][-1] *= 0.5


TAMPERED = {
    "loss": set_loss,
    "config": lambda c: c["config"].update(learning_rate=0.2),
    "weights": lambda c: c["network"]["final"][0]["W"][0].__setitem__(0, 1.0),
    "versions": lambda c: c["made_with"].update(numpy="1.0"),
    "diverged": lambda c: c.update(diverged_at=3),
    "more": lambda c: c.update(extra=1),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_record_is_refused_by_its_checksum(text, name):
    with pytest.raises(ValueError, match=r"checksum must be sha256:\S+ for this content.*the file was changed"):
        ffbp.load_record(changed(text, TAMPERED[name]))


def first_line(error):
    message = str(error.value)
    assert message
    assert "\n" not in message
    assert len(message) < 500
    return message


RESIGNED = {
    "weights that are not the history's": (lambda c: c["network"]["final"][0]["W"][0].__setitem__(0, 1.0), "network.final"),
    "an unknown field": (lambda c: c["config"].update(colour="red"), "unknown field 'colour'"),
    "a bad value": (lambda c: c["config"].update(learning_rate=-1), "learning_rate must be from"),
    "another architecture": (lambda c: c["config"].update(hidden=[9], activation="tanh"), "history.theta must have the shape"),
    "another task": (lambda c: c["config"].update(dataset="bumps", loss=None), "data must have task"),
    "fewer samples": (lambda c: c["config"].update(n_samples=50), "data must have n_train"),
    "a missing array": (lambda c: c["history"].pop("theta"), "history.theta must be in a record"),
    "a missing part": (lambda c: c.pop("data"), "data must be in a record"),
    "no object": (lambda c: c.update(history=[1, 2]), "history must be a JSON object"),
    "a short column": (lambda c: c["history"]["test_loss"].pop(), "history.test_loss must have 13 rows"),
    "a text for a number": (lambda c: c["history"]["test_loss"].__setitem__(0, "0.5"), "history.test_loss must be numbers"),
    "true for a number": (lambda c: c["history"]["test_loss"].__setitem__(0, True), "history.test_loss must be numbers"),
    "a ragged matrix": (lambda c: c["history"]["grad_norm"][1].pop(), "history.grad_norm must be numbers"),
    "a broken count": (lambda c: c["history"]["inactive"][0].__setitem__(0, 0.5), "history.inactive must be whole"),
    "time running back": (lambda c: c["history"]["epoch"].reverse(), "history.epoch must rise from 0"),
    "wrong steps": (lambda c: c["history"]["step"].__setitem__(1, 99), "history.step must be the epoch times 3"),
    "an epoch beyond the end": (lambda c: c.update(diverged_at=10_000), "diverged_at must be null or an epoch"),
    "no base64": (lambda c: c["history"]["theta"].update(base64="%%%"), "history.theta must be deflated numbers"),
    "no deflate": (lambda c: c["history"]["theta"].update(base64="AAAA"), "history.theta must be deflated numbers"),
    "a class too many": (lambda c: c["data"].update(class_names=["only"]), "data.y_train must be classes below 1"),
    "a scale of zero": (lambda c: c["data"].update(target_std=0.0), "data.target_std must be positive"),
    "a whole number beyond all floats": (lambda c: c["data"].update(target_mean=10**400), "data.target_mean must be a float"),
    "samples beyond all bounds": (
        lambda c: c["data"].update(raw_test=write._pack(np.full((12, 2), 1e200))),
        "data.raw_test must be numbers of at most 1e+100",
    ),
    "a column too many": (lambda c: c["data"].update(columns=[0, 7]), "data.columns must be below 2"),
    "an unknown derived input": (lambda c: c["data"].update(derived=["exec"]), "data.derived must be among"),
    "rows in both parts": (
        lambda c: c["data"].update(rows_test=c["data"]["rows_train"] | {"shape": [48]}, raw_test=c["data"]["raw_train"],
                                   y_test=c["data"]["y_train"]),
        "data.rows_test must be other rows",
    ),
    "false sizes": (lambda c: c["network"].update(sizes=[2, 64, 64, 1]), "network.sizes must be [2,4,3,1] by the rest"),
    "false activations": (lambda c: c["network"].update(activations=["relu", "relu", "softmax"]), "network.activations must be"),
    "a false loss function": (lambda c: c["network"].update(loss="mse"), 'network.loss must be "bce" by the rest'),
    "an unknown key": (lambda c: c.update(grade="A"), "unknown key 'grade' in a record"),
    "an unknown key in the network": (lambda c: c["network"].update(grade="A"), "unknown key 'grade' in network"),
    "an unknown key in the history": (lambda c: c["history"].update(grade=[1]), "unknown key 'grade' in history"),
    "an unknown key in the data": (lambda c: c["data"].update(grade="A"), "unknown key 'grade' in data"),
    "an unknown key in an array": (lambda c: c["data"]["mean"].update(grade="A"), "data.mean must have the keys"),
    "an unknown version": (lambda c: c["made_with"].update(grade="A"), "made_with must have the keys"),
    "a version that is none": (lambda c: c["made_with"].update(numpy="the best"), "made_with.numpy must be a version"),
    "a machine on two lines": (lambda c: c["made_with"].update(machine="a\nb"), "made_with.machine must be a machine"),
    "true for version 1": (lambda c: c.update(version=True), "version must be 1 or 2, got True"),
    "1.0 for version 1": (lambda c: c.update(version=1.0), "version must be 1 or 2, got 1.0"),
    "a float for a whole number": (lambda c: c["config"].update(epochs=12.0), "config.epochs must be 12 by the rest"),
    "a whole number for a float": (lambda c: c["history"]["penalty"].__setitem__(0, 0), "history.penalty must be"),
    "more behind an array": (
        lambda c: c["data"]["mean"].update(base64=base64.b64encode(
            base64.b64decode(c["data"]["mean"]["base64"]) + b"more").decode()),
        "data.mean must be deflated numbers in base64 and nothing more",
    ),
    "whole numbers for samples": (
        lambda c: c["data"].update(raw_train=write._pack(np.zeros((48, 2), int))), "data.raw_train must be floats",
    ),
    "a name that is a number": (lambda c: c["data"].update(feature_names=[1, 2]), "data.feature_names must be a list of str"),
}  # fmt: skip


@pytest.mark.parametrize("name", RESIGNED)
def test_a_record_whose_parts_do_not_fit_is_refused_even_with_a_fitting_checksum(text, name):
    change, expected = RESIGNED[name]
    with pytest.raises(ValueError) as error:  # noqa: PT011 the message is compared below
        ffbp.load_record(changed(text, change, resign=True))
    assert first_line(error).startswith(expected)


@pytest.mark.parametrize("place", ['"train_loss": ', '"seed": ', '"checksum": ', '"W": '])
def test_a_key_may_stand_once_only(text, place):
    """Of two equal keys, Python reads the last, a person the first."""
    twice = text.replace(place, f"{place}[0.0], {place}", 1)
    with pytest.raises(ValueError, match="must occur once in its JSON object, got it twice"):
        ffbp.load_record(twice)


def test_a_record_made_before_keeps_what_the_automatic_choice_meant_then():
    config = Config(dataset="digits", columns=(), hidden=(4,), epochs=5)
    text = ffbp.dump_record(ffbp.train(replace(config, standardize=True)))
    old = changed(text, lambda c: (c.update(version=1), c["config"].update(standardize=None)), resign=True)
    run = ffbp.load_record(old)
    assert run.config == replace(config, standardize=True)
    assert verify(read.read_record(old)).equal
    assert json.loads(ffbp.dump_record(run))["version"] == 2
    new = changed(text, lambda c: c["config"].update(standardize=None), resign=True)
    assert not verify(read.read_record(new)).passed
    for other in (Config(epochs=3), Config(dataset="digits", epochs=3)):  # no images: automatic stays automatic
        old = changed(ffbp.dump_record(ffbp.train(other)), lambda c: c.update(version=1), resign=True)
        assert ffbp.load_record(old).config == other
        assert verify(read.read_record(old)).equal


def bomb(content):
    """A packed array that inflates to far more than it says."""
    content["history"]["theta"]["base64"] = base64.b64encode(zlib.compress(bytes(50_000_000))).decode()


WRONG = {
    "empty": "",
    "no JSON": "once upon a time",
    "binary": b"\x89PNG\r\n\x1a\n\x00\xff",
    "another JSON": '{"a": 1}',
    "a list": "[1, 2, 3]",
    "deep": "[" * 100_000,
    "deep in it": '{"format": "ffbp-run", "version": 1, "config": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
    "NaN": '{"format": NaN}',
    "a huge number": '{"format": ' + "9" * 6000 + "}",
    "another version": '{"format": "ffbp-run", "version": 3}',
    "a true version": '{"format": "ffbp-run", "version": true}',
    "version as text": '{"format": "ffbp-run", "version": "1"}',
    "cut off": None,
    "millions of lists": "[" + "[]," * 5_000_000 + "1]",
    "millions of numbers": "[" + "1," * 5_000_000 + "1]",
    "too long": " " * (read.MAX_BYTES + 1),
    "overflow": None,
    "bomb": None,
    "huge shape": None,
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_record_gets_one_sentence(text, name):
    wrong = WRONG[name]
    if name == "cut off":
        wrong = text[: len(text) // 2]
    elif name == "overflow":
        wrong = text.replace('"penalty": [0.0', '"penalty": [1e999')
    elif name == "bomb":
        wrong = changed(text, bomb, resign=True)
    elif name == "huge shape":
        wrong = changed(text, lambda c: c["data"]["raw_train"].update(shape=[2**30, 2**30]), resign=True)
    with pytest.raises(ValueError) as error:  # noqa: PT011
        ffbp.load_record(wrong)
    first_line(error)


def test_a_file_of_millions_of_lists_never_becomes_python_objects():
    import tracemalloc

    text = WRONG["millions of lists"]
    tracemalloc.start()
    with pytest.raises(ValueError, match="far fewer parts"):
        ffbp.load_record(text)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_mutated_records_load_or_get_one_sentence(text):
    rng = random.Random(3)
    junk = [None, True, 0, -1, 1e308, "", "NaN", "x", [], {}, [[]], [None], {"base64": "AA=="}, 2**70, "💥"]

    def places(value):
        if isinstance(value, dict):
            yield from ((value, key) for key in value)
        elif isinstance(value, list):
            yield from ((value, i) for i in range(len(value)))
        for _, item in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            yield from places(item)

    refused = []
    for _ in range(300):
        content = json.loads(text)
        for _ in range(rng.randint(1, 2)):
            where, key = rng.choice(list(places(content)))
            if rng.random() < 0.2 and isinstance(where, dict):
                del where[key]
            else:
                where[key] = rng.choice(junk)
        if "checksum" in content:
            content["checksum"] = write.checksum(content)
        try:
            ffbp.load_record(json.dumps(content))
        except ValueError as error:
            refused.append(str(error))
    assert len(refused) > 200
    assert not any("\n" in message or len(message) > 500 for message in refused)


def test_a_record_of_a_faulty_run_names_the_fault_in_words_and_older_ones_are_read_without():
    run = ffbp.train(Config(n_samples=40, hidden=(3,), epochs=3, fault="no_slope"))
    content = json.loads(ffbp.dump_record(run))
    assert list(content)[4:6] == ["config", "fault_title"]
    assert content["fault_title"] == FAULTS["no_slope"].label
    assert ffbp.load_record(ffbp.dump_record(run)).config == run.config
    for title in (None, "As it was called before", 3, "x" * 501, "a\nb"):
        older = {**content, "fault_title": title} if title else {k: v for k, v in content.items() if k != "fault_title"}
        text = json.dumps({**older, "checksum": write.checksum(older)})
        if title in (None, "As it was called before"):
            assert ffbp.load_record(text).config == run.config
        else:
            with pytest.raises(ValueError, match="fault_title must be a title of at most 500 characters"):
                ffbp.load_record(text)


def test_a_healthy_record_has_no_title_of_a_fault(text):
    content = json.loads(text)
    assert "fault_title" not in content
    changed = {**content, "fault_title": "A fault"}
    with pytest.raises(ValueError, match="unknown key 'fault_title'"):
        ffbp.load_record(json.dumps({**changed, "checksum": write.checksum(changed)}))
