"""MNIST: 70,000 handwritten digits of 28×28 pixels, downloaded from openml.org by scikit-learn on request.

scikit-learn keeps downloads in its own folder, so they are needed only once. A sample of the 70,000 images
becomes a table like that of your file; all of them would need too much memory on a shared server. Grey levels are shares
of black, 0 to 1, as is usual for MNIST.
"""

import os
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Lock, Thread

import numpy as np

from ffbp.data.table import Column, Table, fingerprint

NAME, OPENML_NAME = "MNIST 28×28", "mnist_784"
SIDE, LEVELS = 28, 255.0
N_IMAGES = 3000  # a round number that fits the cells a session may hold
ABOUT_BYTES = 15_000_000  # of the download
REMEDY = "The 8×8 digits need no download."


class Unavailable(RuntimeError):
    """MNIST is not available: one sentence with the reason and the remedy."""


def fetch() -> tuple[np.ndarray, np.ndarray]:
    """All images and labels from openml.org: X (70000, 784), 0..255, y (70000,), texts "0" to "9".

    Raises Unavailable without internet access, and for a response that is not MNIST.
    """
    from sklearn.datasets import fetch_openml

    try:  # liac-arff: scikit-learn 1.9's other parser fails because pandas 3.1 reads the labels as numbers
        found = fetch_openml(OPENML_NAME, version=1, as_frame=False, parser="liac-arff")
    except (OSError, HTTPException) as error:  # no name, no route, no response and error pages are all OSErrors
        reason = str(getattr(error, "reason", None) or error)[:120]
        fault = f"MNIST could not be downloaded from openml.org ({reason})"
        raise Unavailable(f"{fault}: this machine seems to have no internet access. {REMEDY}") from None
    except MemoryError:
        raise Unavailable(f"This machine has too little memory to read MNIST's 70,000 images. {REMEDY}") from None
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        fault = f"The response of openml.org is not MNIST ({str(error)[:120]})"
        raise Unavailable(f"{fault}. Try again later. {REMEDY}") from None
    return checked(found.data, found.target)


def checked(X, y) -> tuple[np.ndarray, np.ndarray]:
    """X (n, 784) of whole grey levels and y (n,) of digits, as bytes; raises Unavailable for anything else."""
    try:
        X, labels = np.asarray(X), np.asarray(y).astype(float)
        good = X.ndim == 2 and X.shape[1] == SIDE**2 and labels.shape == (len(X),) and len(X) > 0
        good = good and X.min() >= 0 and X.max() <= LEVELS and bool(np.isin(labels, range(10)).all())
        good = good and bool((X[:100] == np.rint(X[:100])).all())
    except (TypeError, ValueError):
        good = False
    if not good:
        raise Unavailable(f"The response of openml.org is not MNIST: images of 784 grey levels were expected. {REMEDY}")
    return X.astype(np.uint8), labels.astype(np.uint8)


def sample(X: np.ndarray, y: np.ndarray, n: int = N_IMAGES) -> Table:
    """At most n images, always the same ones, as a table: 784 columns of pixels, 0 to 1, and the class.

    X (n_images, 784), 0..255; y (n_images,), 0..9. Rows keep their order.
    """
    rows = np.sort(np.random.RandomState(0).permutation(len(X))[:n])
    pixels = np.ascontiguousarray(X[rows].T / LEVELS)  # makes each column contiguous
    columns = [Column(f"pixel {i // SIDE},{i % SIDE}", values) for i, values in enumerate(pixels)]
    columns.append(Column("class", y[rows].astype(float)))
    mark = fingerprint(X[rows].tobytes() + y[rows].tobytes())
    return Table(NAME, mark, tuple(columns), "UTF-8", ",", decimal_comma=False, has_header=True)


def cache_folder() -> Path:
    """The folder in which scikit-learn keeps downloads from openml.org."""
    from sklearn.datasets import get_data_home

    return Path(get_data_home()) / "openml"


class Download:
    """One download for all sessions. It runs in its own thread, even if all sessions end, and can be retried."""

    def __init__(self):
        self.lock = Lock()
        self.future: Future | None = None

    def start(self) -> None:
        """Start the download, unless it is running or has succeeded."""
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
        except Exception as error:  # any error must reach the sessions that wait
            future.set_exception(Unavailable(f"Downloading MNIST failed ({str(error)[:120]}). {REMEDY}"))

    def wait(self, seconds: float) -> Table | None:
        """The table, or None if it is not ready after this many seconds. Raises Unavailable if the download failed."""
        try:
            return self.future.result(timeout=seconds)
        except NotYet:
            return None

    @property
    def ready(self) -> bool:
        return self.future is not None and self.future.done() and self.future.exception() is None


def n_downloaded() -> int:
    """How many bytes of the images are in scikit-learn's folder, including an unfinished download."""
    total = 0
    for folder, _, names in os.walk(cache_folder()):
        for name in names:
            if name.startswith(OPENML_NAME):
                with suppress(OSError):  # just moved to its final place
                    total += os.path.getsize(os.path.join(folder, name))
    return total
