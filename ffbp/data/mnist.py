"""MNIST: 70,000 handwritten digits of 28×28 pixels, fetched from openml.org by scikit-learn when somebody asks for them.

scikit-learn keeps what it downloads in its own folder, so the second time needs no internet. Of the 70,000 images a sample
becomes a table like that of a loaded file: the whole would be more than a server shared by a class can hold and train.
Grey levels are shares of black, 0 to 1, as is usual for MNIST.
"""

import os
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from http.client import HTTPException
from pathlib import Path
from threading import Lock, Thread

import numpy as np

from ffbp.data.table import Column, Table, fingerprint

NAME, OPENML_NAME = "MNIST 28×28", "mnist_784"
SIDE, LEVELS = 28, 255.0
N_IMAGES = 3000  # as many as fit the cells that a session may hold, in round numbers
ABOUT_BYTES = 15_000_000  # of the download
REMEDY = "The 8×8 digits need no download."


class Unavailable(RuntimeError):
    """MNIST cannot be had: one sentence that says why, and what to do instead."""


def fetch() -> tuple[np.ndarray, np.ndarray]:
    """All images and labels as openml.org has them: X (70000, 784), 0..255, y (70000,) of texts "0" to "9".

    Raises Unavailable without internet, and for an answer that is not MNIST.
    """
    from sklearn.datasets import fetch_openml

    try:  # liac-arff: pandas 3.1 reads the labels as numbers, at which scikit-learn 1.9's other parser fails
        found = fetch_openml(OPENML_NAME, version=1, as_frame=False, parser="liac-arff")
    except (OSError, HTTPException) as error:  # no name, no route, no answer, an error page: all of them are OSErrors
        reason = str(getattr(error, "reason", None) or error)[:120]
        raise Unavailable(
            f"MNIST could not be fetched from openml.org ({reason}): this machine seems to have no way there. {REMEDY}"
        ) from None
    except MemoryError:
        raise Unavailable(f"This machine has too little memory to read MNIST's 70,000 images. {REMEDY}") from None
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise Unavailable(
            f"What openml.org sent is not MNIST ({str(error)[:120]}). Try again later. {REMEDY}"
        ) from None
    return checked(found.data, found.target)


def checked(X, y) -> tuple[np.ndarray, np.ndarray]:
    """X (n, 784) of whole grey levels and y (n,) of digits, as bytes; raises Unavailable if they are anything else."""
    try:
        X, labels = np.asarray(X), np.asarray(y).astype(float)
        good = X.ndim == 2 and X.shape[1] == SIDE**2 and labels.shape == (len(X),) and len(X) > 0
        good = good and X.min() >= 0 and X.max() <= LEVELS and bool(np.isin(labels, range(10)).all())
        good = good and bool((X[:100] == np.rint(X[:100])).all())
    except (TypeError, ValueError):
        good = False
    if not good:
        raise Unavailable(f"What openml.org sent is not MNIST: images of 784 grey levels were expected. {REMEDY}")
    return X.astype(np.uint8), labels.astype(np.uint8)


def sample(X: np.ndarray, y: np.ndarray, n: int = N_IMAGES) -> Table:
    """At most n images as a table, always the same ones: 784 columns of pixels, 0 to 1, and the class.

    X (n_images, 784), 0..255; y (n_images,), 0..9. Rows stay in their order.
    """
    rows = np.sort(np.random.RandomState(0).permutation(len(X))[:n])
    pixels = np.ascontiguousarray(X[rows].T / LEVELS)  # a column's values in one piece
    columns = [
        Column(f"pixel {row},{column}", pixels[SIDE * row + column]) for row in range(SIDE) for column in range(SIDE)
    ]
    columns.append(Column("class", y[rows].astype(float)))
    mark = fingerprint(X[rows].tobytes() + y[rows].tobytes())
    return Table(
        NAME, mark, tuple(columns), encoding="UTF-8", separator=",", decimal_comma=False, has_header=True
    )  # fmt: skip


def cache_folder() -> Path:
    """Where scikit-learn keeps what it downloads from openml.org."""
    from sklearn.datasets import get_data_home

    return Path(get_data_home()) / "openml"


class Download:
    """One download for all who ask: it runs in a thread of its own, goes on if nobody watches, and can be tried again."""

    def __init__(self):
        self.lock = Lock()
        self.future: Future | None = None

    def start(self) -> None:
        """Start, unless it runs or has succeeded already."""
        with self.lock:
            if self.future is None or (self.future.done() and self.future.exception() is not None):
                self.future = Future()
                Thread(target=self._run, args=(self.future,), name="mnist", daemon=True).start()

    @staticmethod
    def _run(future):
        try:
            future.set_result(sample(*fetch()))
        except Unavailable as error:
            future.set_exception(error)
        except Exception as error:  # whoever waits has to hear of it, whatever it was
            future.set_exception(Unavailable(f"Fetching MNIST failed ({str(error)[:120]}). {REMEDY}"))

    def wait(self, seconds: float) -> Table | None:
        """The table, or None if it is not there after so many seconds. Raises Unavailable if it cannot be had."""
        try:
            return self.future.result(timeout=seconds)
        except NotYet:
            return None

    @property
    def there(self) -> bool:
        return self.future is not None and self.future.done() and self.future.exception() is None


def n_downloaded() -> int:
    """How many bytes of the images are in scikit-learn's folder, an unfinished download included."""
    total = 0
    for folder, _, names in os.walk(cache_folder()):
        for name in names:
            if name.startswith(OPENML_NAME):
                try:
                    total += os.path.getsize(os.path.join(folder, name))
                except OSError:  # moved to its place in the meantime
                    continue
    return total
