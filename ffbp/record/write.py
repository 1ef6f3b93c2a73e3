"""Writing a record: a run as JSON text with exact numbers and a checksum of the content."""

import base64
import hashlib
import json
import math
import platform
import sys
import zlib
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.faults.registry import FAULTS
from ffbp.record.branches import branch_content
from ffbp.training.run import History, Run
from ffbp.version import VERSION as FFBP_VERSION

FORMAT, VERSION = "ffbp-run", 2
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_FACTS = ("format", "version", "checksum", "made_with")
KEYS = (*_FACTS, "config", "data", "network", "diverged_at", "stopped_at", "history")  # in the order of the text
OPTIONAL = "branch"  # stands after the configuration, in a branch's record
FAULT_TITLE = "fault_title"  # likewise, in a faulty run's record: what the key in the configuration means, for readers
PACKED = ("theta", "state", "step_loss")


def dump_record(run: Run) -> str:
    """A run as JSON text that `load_record` reads back exactly."""
    content = {"format": FORMAT, "version": VERSION, "made_with": made_with(), **content_of(run, _pack)}
    if run.config.fault is not None:
        content[FAULT_TITLE] = FAULTS[run.config.fault].label
    content["checksum"] = checksum(content)
    return _text({key: content[key] for key in _keys(content)})


def _keys(content):
    """The keys in the order of the text."""
    after = KEYS.index("config") + 1
    return (*KEYS[:after], *(key for key in (FAULT_TITLE, OPTIONAL) if key in content), *KEYS[after:])


def content_of(run: Run, pack: Callable) -> dict[str, Any]:
    """The content of a run's record; ``pack`` turns a large array into JSON."""
    resolved = run.resolved
    data = {f.name: getattr(run.dataset, f.name) for f in fields(Dataset) if f.init}
    history = {f.name: getattr(run.history, f.name) for f in fields(History)}
    return {
        "config": run.config.to_dict(),
        **({} if run.branch is None else {OPTIONAL: branch_content(run)}),
        "data": {name: pack(value) if isinstance(value, np.ndarray) else value for name, value in data.items()},
        "network": {
            "sizes": resolved.sizes,
            "activations": resolved.activations,
            "loss": resolved.loss,
            "initial": _layers(run, 0),
            "final": _layers(run, -1),
        },
        "diverged_at": run.diverged_at,
        "stopped_at": run.stopped_at,
        "history": {name: (pack if name in PACKED else _numbers)(value) for name, value in history.items()},
    }


def estimated_bytes(run: Run) -> int:
    """The approximate length of a run's record, without writing it."""
    h, data = run.history, run.dataset
    packed = h.theta.nbytes + h.state.nbytes + h.step_loss.nbytes + data.raw_train.nbytes + data.raw_test.nbytes
    n_written = 2 * h.theta.shape[1] + 8 * h.grad_norm.size + 12 * len(h)
    return packed * 4 // 3 + 22 * n_written


def _text(content: dict) -> str:
    """JSON with one line per entry, easy to read and to compare."""

    def block(value, indent):
        if indent > 2 or not isinstance(value, dict) or "base64" in value:
            return json.dumps(value)
        pad = " " * indent
        entries = ",\n".join(f"{pad}{json.dumps(k)}: {block(v, indent + 1)}" for k, v in value.items())
        return f"{{\n{entries}\n{pad[1:]}}}"

    return block(content, 1) + "\n"


def checksum(content: dict) -> str:
    """SHA-256 of everything except the checksum, in a canonical form: sorted keys, no spaces."""
    rest = {key: value for key, value in content.items() if key != "checksum"}
    return f"sha256:{hashlib.sha256(canonical(rest).encode()).hexdigest()}"


def canonical(content) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _pack(array: np.ndarray) -> dict[str, Any]:
    array = np.ascontiguousarray(array, dtype="<i8" if array.dtype.kind == "i" else "<f8")
    packed = base64.b64encode(zlib.compress(array.tobytes(), 6)).decode("ascii")
    return {"dtype": "int64" if array.dtype.kind == "i" else "float64", "shape": list(array.shape), "base64": packed}


def _numbers(array: np.ndarray):
    """Nested lists of numbers; null for a column that was never measured."""
    if array.dtype.kind == "f" and array.size and np.isnan(array).all():
        return None
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return array.tolist()
    values = array.astype(object)
    for name, special in (("NaN", np.isnan(array)), ("Infinity", array == np.inf), ("-Infinity", array == -np.inf)):
        values[special] = name
    return values.tolist()


def _layers(run, frame):
    network = run.network(frame)
    return [{"W": layer.W.tolist(), "b": layer.b[:, 0].tolist()} for layer in network.layers]


def made_with() -> dict[str, str]:
    """The versions and the machine, which determine a run's last digits."""
    import sklearn

    return {
        "ffbp": FFBP_VERSION,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "machine": f"{sys.platform} {platform.machine()}",
    }
