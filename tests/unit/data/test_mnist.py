"""MNIST without internet access: a small local copy in openml's format, and every failure of the download."""

import socket
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from http.client import IncompleteRead
from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.datasets
from openml import drawn_images, write_copy

import ffbp
from ffbp.data import mnist
from ffbp.data.raster import raster_of
from ffbp.data.table_source import source_of
from ffbp.experiment.build import dataset_for
from ffbp.experiment.experiment import Experiment
from ffbp.lessons.presets import MNIST


@pytest.fixture(scope="module")
def bunch():
    """Images and labels as fetch_openml returns them: numbers 0..255, and labels that are texts in an object array."""
    X, y = drawn_images(200)
    return SimpleNamespace(data=X, target=np.array([str(digit) for digit in y], dtype=object))


@pytest.fixture
def fetched(monkeypatch, bunch):
    """Make fetch_openml return the local copy and record its calls."""
    calls = []

    def fetch_openml(name, **options):
        calls.append((name, options))
        return bunch

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    return calls


def test_mnist_is_asked_for_by_its_name_as_arrays(fetched, bunch):
    X, y = mnist.fetch()
    assert fetched == [("mnist_784", {"version": 1, "as_frame": False, "parser": "liac-arff"})]
    assert (bunch.data == X).all()
    assert [str(label) for label in y] == list(bunch.target)
    assert X.dtype == y.dtype == np.uint8


def test_the_table_has_784_shares_of_black_and_the_class(fetched, bunch):
    table = mnist.sample(*mnist.fetch())
    assert (table.n_rows, len(table.columns), table.name) == (200, 785, "MNIST 28×28")
    assert table.columns[28 * 3 + 5].name == "pixel 3,5"
    pixels = np.column_stack([column.values for column in table.columns[:-1]])
    assert pixels == pytest.approx(bunch.data / 255)
    assert table.columns[-1].values.tolist() == [float(label) for label in bunch.target]


def test_the_sample_is_always_the_same_and_has_its_own_fingerprint(fetched):
    X, y = mnist.fetch()
    some, again, others = mnist.sample(X, y, 100), mnist.sample(X, y, 100), mnist.sample(X, y, 99)
    assert some.n_rows == 100
    assert some.fingerprint == again.fingerprint != others.fingerprint


def test_a_network_trains_on_it_and_its_inputs_are_images(fetched):
    table = mnist.sample(*mnist.fetch())
    source = source_of(table)
    config, warnings = ffbp.Config.fitting(
        {
            **{name: getattr(MNIST, name) for name in ("columns", "standardize", "hidden", "optimizer",
               "learning_rate", "schedule", "batch_size", "l2", "epochs")},
            "file_name": table.name, "file_fingerprint": table.fingerprint,
        },
        source,
    )  # fmt: skip
    assert warnings == []
    dataset = dataset_for(config, source)
    raster = raster_of(dataset)
    assert (raster.side, raster.high) == (28, 1.0)
    run = ffbp.train(config, dataset)
    assert run.network().sizes == (784, 32, 10)
    assert run.history.test_accuracy[-1] > 0.9
    assert run.n_frames >= 18


def test_the_experiment_fits_the_real_sample():
    rng = np.random.RandomState(0)
    table = mnist.sample(rng.randint(0, 256, (5100, 784)).astype(np.uint8), (np.arange(5100) % 10).astype(np.uint8))
    assert table.n_rows == mnist.N_IMAGES
    source = source_of(table)
    config, warnings = ffbp.Config.fitting(
        {"columns": (), "hidden": (32,), "batch_size": 32, "epochs": 18, "file_name": "m", "file_fingerprint": "f"},
        source,
    )
    assert warnings == []
    assert Experiment(config, source).resolved.n_train == 2400


def test_scikit_learn_reads_a_local_copy_of_openmls_files(monkeypatch, tmp_path):
    X, y = drawn_images(20)
    write_copy(tmp_path, X, y)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    images, labels = mnist.fetch()
    assert (images == X).all()
    assert (labels == y).all()


NO_WAY = [
    urllib.error.URLError(socket.gaierror(-2, "Name or service not known")),
    urllib.error.URLError("timed out"),
    urllib.error.HTTPError("https://api.openml.org", 503, "Service Unavailable", None, None),
    ConnectionResetError("Connection reset by peer"),
    TimeoutError("timed out"),
    IncompleteRead(b"abc"),
    PermissionError("cannot write"),
]


@pytest.mark.parametrize("error", NO_WAY, ids=lambda error: type(error).__name__)
def test_without_internet_there_is_one_clear_sentence(monkeypatch, error):
    def fetch_openml(name, **options):
        raise error

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    with pytest.raises(
        mnist.Unavailable, match=r"could not be downloaded from openml\.org .*8×8 digits need no download"
    ):
        mnist.fetch()


@pytest.mark.parametrize("error", [ValueError("md5 checksum"), KeyError("data"), RuntimeError("odd")])
def test_a_broken_answer_is_named(monkeypatch, error):
    def fetch_openml(name, **options):
        raise error

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    with pytest.raises(mnist.Unavailable, match="is not MNIST"):
        mnist.fetch()


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (np.zeros((5, 64)), np.zeros(5)),
        (np.zeros((5, 784)), np.zeros(4)),
        (np.zeros((5, 784)), np.full(5, 11.0)),
        (np.full((5, 784), 256.0), np.zeros(5)),
        (np.full((5, 784), 0.5), np.zeros(5)),
        (np.full((5, 784), np.nan), np.zeros(5)),
        (np.zeros((5, 784)), np.array(["a"] * 5)),
        (np.zeros((0, 784)), np.zeros(0)),
        (None, None),
    ],
)
def test_what_is_not_mnist_is_refused(X, y):
    with pytest.raises(mnist.Unavailable, match="784 grey levels were expected"):
        mnist.checked(X, y)


def test_one_download_serves_all_and_can_be_tried_again(monkeypatch, bunch):
    answers = [urllib.error.URLError("no route"), bunch]

    def fetch_openml(name, **options):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    download = mnist.Download()
    download.start()
    with pytest.raises(mnist.Unavailable):
        download.wait(20)
    assert not download.ready
    download.start()
    table = download.wait(20)
    assert download.ready
    download.start()  # no third answer is needed
    with ThreadPoolExecutor(4) as pool:
        assert all(found is table for found in pool.map(lambda _: download.wait(20), range(4)))


def test_an_unforeseen_fault_is_one_sentence_too(monkeypatch):
    def fetch_openml(name, **options):
        raise ZeroDivisionError("nobody thought of it")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    download = mnist.Download()
    download.start()
    with pytest.raises(mnist.Unavailable, match=r"failed \(nobody thought of it\)"):
        download.wait(20)


def test_progress_is_what_has_arrived_of_the_images_also_before_it_is_whole(monkeypatch, tmp_path):
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path)
    assert mnist.n_downloaded() == 0
    (tmp_path / "other.gz").write_bytes(b"1234")
    (tmp_path / "52667" / "tmp123").mkdir(parents=True)
    (tmp_path / "52667" / "tmp123" / "mnist_784.arff.gz").write_bytes(b"12345")
    assert mnist.n_downloaded() == 5


def test_the_copy_lies_where_progress_is_looked_for(monkeypatch, tmp_path):
    write_copy(tmp_path, *drawn_images(10))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    assert mnist.n_downloaded() > 1000


def test_a_download_that_is_not_ready_says_nothing_yet(monkeypatch, bunch):
    import threading

    go_on = threading.Event()

    def fetch_openml(name, **options):
        go_on.wait(20)
        return bunch

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    download = mnist.Download()
    download.start()
    assert download.wait(0.01) is None
    go_on.set()
    assert download.wait(20) is not None
