"""The record: a run as one readable JSON file that loads back into exactly the same `Run`.

Scalars are JSON numbers with all their digits. NaN and infinities, which JSON lacks, are the texts "NaN", "Infinity" and
"-Infinity"; null stands for a column that was never measured. Large arrays (parameters and optimizer state of every frame,
losses of every step, samples) are packed: little-endian numbers, deflated, base64. The checksum covers the content, not
the layout; it finds damage and careless edits. Redundant facts, such as the network's sizes, are compared while reading:
a record that differs from what `dump_record` writes for its run is refused. Only retraining shows whether its numbers are
true (`ffbp.record.verify`).
"""

import base64
import binascii
import json
import math
import re
import zlib
from dataclasses import MISSING, dataclass, fields, replace
from typing import get_args, get_origin, get_type_hints

import numpy as np

from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.dataset import DERIVED, Dataset
from ffbp.data.raster import raster_of
from ffbp.data.source import CLASSIFICATION, REGRESSION, Source
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import MAX_FRAMES
from ffbp.experiment.resolve import resolve
from ffbp.faults.registry import parts_of
from ffbp.record.branches import read_branch
from ffbp.record.write import (
    FAULT_TITLE,
    FORMAT,
    KEYS,
    OPTIONAL,
    PACKED,
    SPECIAL,
    VERSION,
    canonical,
    checksum,
    content_of,
    made_with,
)
from ffbp.training.run import History, Run
from ffbp.words.problems import short

READABLE = (1, 2)  # in version 1 the automatic choice also standardised images
MAX_BYTES = 24_000_000  # of a record; the largest run, about 8 MB of parameters and state, stays below
MAX_ARRAY_BYTES = 64_000_000
MAX_LISTS, MAX_COMMAS = 100_000, 1_000_000  # Python lists take far more memory than their text
MAX_NAMES, MAX_NAME = 2000, 500
MAX_VALUE = 1e100  # of a sample: larger ones make axes and squares overflow
_UNPACKED = object()  # stands for a packed array, which was already checked
_COUNTS = ("epoch", "step", "inactive", "saturated")
_CHANGED, _INCOMPLETE = "the file was changed", "the file is incomplete"
_CHOOSE = "choose a file saved as a record"
_VERSION = re.compile(r"\d[\w.+!-]*", re.ASCII)


@dataclass(frozen=True)
class Record:
    """A loaded record: the run, the versions that made it, by name, and the fields that have defaults because it lacks them.

    Such fields (``unsaid``) are newer than the record or were removed from it.
    """

    run: Run
    made_with: dict[str, str]
    unsaid: tuple[str, ...] = ()


def load_record(text: str | bytes) -> Run:
    """The run that `dump_record` wrote, equal bit for bit. Raises ValueError, one sentence, for anything else."""
    return read_record(text).run


def read_record(text: str | bytes) -> Record:
    """The run with the versions that made it. Raises ValueError, one sentence, for anything but a complete record."""
    content = _parsed(text)
    if content.get("format") != FORMAT:
        raise ValueError(f"format must be {FORMAT!r}, got {_short(content.get('format'))}; {_CHOOSE}")
    version = content.get("version")
    if type(version) is not int or version not in READABLE:
        due = " or ".join(map(str, READABLE))
        raise ValueError(f"version must be {due}, got {_short(version)}; another version of ffbp wrote it")
    for key in KEYS:
        if key not in content:
            raise ValueError(f"{key} must be in a record, got none; {_INCOMPLETE}")
    try:
        expected = checksum(content)
    except (ValueError, RecursionError):
        raise ValueError(f"a record must hold finite numbers, got one too large; {_CHANGED}") from None
    if content["checksum"] != expected:
        raise ValueError(
            f"checksum must be {expected[:19]}… for this content, got {_short(content['checksum'])}; the file was changed "
            "or damaged after it was saved: get a fresh copy"
        )
    config = Config.from_dict(_dict(content["config"], "config"))
    dataset = _dataset(_dict(content["data"], "data"), config.fault)
    if version == 1 and config.standardize is None and raster_of(dataset) is not None:
        config = replace(config, standardize=True)
        content["config"]["standardize"] = True
    content["version"] = VERSION
    _check_data(config, dataset)
    sizes = resolve(config, dataset).sizes
    branch = read_branch(content[OPTIONAL], config) if OPTIONAL in content else None
    history = _history(_dict(content["history"], "history"), config, dataset, sizes, branch)
    ends = {name: _epoch(content, name, config) for name in ("diverged_at", "stopped_at")}
    run = Run(config, dataset, history, **ends, branch=branch)
    optional = {OPTIONAL: branch, FAULT_TITLE: _fault_title(content, config)}
    for key in content.keys() - set(KEYS) - {key for key, value in optional.items() if value}:
        raise ValueError(f"unknown key {_short(key)} in a record; {_CHANGED}")
    unsaid = []
    for key, due in content_of(run, lambda array: _UNPACKED).items():
        _check(content[key], due, key, unsaid)
    return Record(run, _versions(content["made_with"]), tuple(unsaid))


def _parsed(text) -> dict:
    if len(text) > MAX_BYTES:
        raise ValueError(f"a record must be at most {MAX_BYTES // 1_000_000} MB, got {len(text) / 1e6:.1f} MB")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"a record must be text (UTF-8), got something else; {_CHOOSE}") from None
    if text.count("[") + text.count("{") > MAX_LISTS or text.count(",") > MAX_COMMAS:
        raise ValueError(f"a record must have far fewer parts than this file; {_CHOOSE}")

    repeated = []

    def refuse(token):
        raise ValueError(f"{token} is no JSON number")

    def unique(pairs):
        taken = dict(pairs)
        if len(taken) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.append(next(name for name in names if names.count(name) > 1))
        return taken

    try:
        content = json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]
        raise ValueError(f"a record must be JSON, got something else ({reason}); it is damaged or cut off") from None
    if repeated:
        raise ValueError(f"{_short(repeated[0])} must occur once in its JSON object, got it twice; {_CHANGED}")
    if not isinstance(content, dict):
        raise ValueError(f"a record must be a JSON object, got {type(content).__name__}; {_CHOOSE}")
    return content


def _dict(value, name) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a JSON object, got {_short(value)}")
    return value


def _dataset(values, fault) -> Dataset:
    """The samples, each field read by its type. Raises ValueError if the fields do not fit together."""
    kinds, taken = get_type_hints(Dataset), {}
    for item in fields(Dataset):
        if item.init and item.name not in values and item.default is MISSING:
            raise ValueError(f"data.{item.name} must be in a record, got none; {_INCOMPLETE}")
        if item.init and item.name in values:
            value, name, kind = values[item.name], f"data.{item.name}", kinds[item.name]
            if kind is np.ndarray:
                taken[item.name] = _unpacked(value, name)
            elif get_origin(kind) is tuple:
                taken[item.name] = _tuple(value, name, get_args(kind)[0])
            else:
                taken[item.name] = _single(value, name, kind)
    _check_shapes(taken, parts_of(fault).data is not None)
    with np.errstate(all="ignore"):
        dataset = Dataset(**taken)
    if not (np.isfinite(dataset.X_train).all() and np.isfinite(dataset.X_test).all()):
        raise ValueError(f"data must be finite after standardisation; {_CHANGED}")
    return dataset


def _check_shapes(data, may_share):
    n_features, n_columns = len(data["feature_names"]), len(data["columns"])
    n_train, n_test = len(data["rows_train"]), len(data["rows_test"])

    def require(ok, name, rule):
        if not ok:
            raise ValueError(f"data.{name} must be {rule}; {_CHANGED}")

    require(data["task"] in (CLASSIFICATION, REGRESSION), "task", f"{CLASSIFICATION} or {REGRESSION}")
    require(n_train >= 1, "rows_train", "at least one row")
    require(n_columns > 0 and all(0 <= c < n_features for c in data["columns"]), "columns", f"below {n_features}")
    require(len(set(data["columns"])) == n_columns, "columns", "different")
    require(set(data["derived"]) <= set(DERIVED), "derived", f"among {', '.join(DERIVED)}")
    require(not data["derived"] or n_columns == 2, "derived", "left out unless two columns are used")
    shapes = {"raw_train": (n_train, n_features), "raw_test": (n_test, n_features), "rows_train": (n_train,)}
    shapes |= {
        "rows_test": (n_test,),
        "y_train": (n_train,),
        "y_test": (n_test,),
        "mean": (n_columns,),
        "std": (n_columns,),
    }
    for name, shape in shapes.items():
        require(data[name].shape == shape, name, f"of shape {shape}, got {data[name].shape}")
    floats = ("raw_train", "raw_test", "mean", "std")
    require(all(data[name].dtype.kind == "f" for name in floats), "raw_train", "floats")
    require(data["rows_train"].dtype.kind == data["rows_test"].dtype.kind == "i", "rows_train", "whole numbers")
    rows = np.concatenate([data["rows_train"], data["rows_test"]])
    once = data["rows_train"] if may_share else rows
    require((rows >= 0).all() and len(np.unique(once)) == len(once), "rows_test", "other rows than those of rows_train")
    classes = data["class_names"]
    for name in ("y_train", "y_test"):
        y = data[name]
        if data["task"] == REGRESSION:
            require(not classes and y.dtype.kind == "f" and np.isfinite(y).all(), name, "finite numbers")
        else:
            n_classes = len(classes)
            require(y.dtype.kind == "i" and ((y >= 0) & (y < n_classes)).all(), name, f"classes below {n_classes}")
    require(bool((data["std"] > 0).all()) and np.isfinite(data["std"]).all(), "std", "positive")
    require(data["target_std"] > 0, "target_std", "positive")
    require(np.isfinite(data["mean"]).all(), "mean", "finite")
    for name in ("raw_train", "raw_test"):
        used = data[name][:, list(data["columns"])]
        require(bool((np.abs(used) <= MAX_VALUE).all()), name, f"numbers of at most {MAX_VALUE:g} in the used columns")


def own_source(dataset: Dataset) -> Source:
    """A record's samples in the order of their rows, in place of the original file.

    Gaps are already filled or left out, and a regression's target may already be standardised.
    """
    order = np.argsort(np.concatenate([dataset.rows_train, dataset.rows_test]))
    X = np.concatenate([dataset.raw_train, dataset.raw_test])[order]
    y = np.concatenate([dataset.y_train, dataset.y_test])[order]
    names = (dataset.feature_names, dataset.target_name, dataset.class_names)
    options = {"generated": False, "standardize": True, "stratified": True, "has_gaps": bool(np.isnan(X).any())}
    options |= {"default_columns": dataset.columns, "n_rows": len(X)}
    return Source("file", "the file", dataset.task, lambda *_: (X, y), *names, **options)


def _check_data(config, dataset):
    """The data must have the form that the configuration implies; `verify` compares the numbers."""
    experiment = Experiment(config, own_source(dataset) if config.file_name else None)
    if config.file_name:
        experiment.check()
    own, given = experiment.resolved, resolve(config, dataset)
    pairs = {name: (getattr(own, name), getattr(given, name)) for name in ("task", "n_classes", "columns", "n_train")}
    pairs |= {"derived": (config.derived, dataset.derived), "task": (config.task or own.task, given.task)}
    for name, (due, got) in pairs.items():
        if due != got:
            rule = f"data must have {name} {_short(due)} for this configuration"
            raise ValueError(f"{rule}, got {_short(got)}; {_CHANGED}")


def _history(values, config, dataset, sizes, branch) -> History:
    n_layers, n_params, n_state = len(sizes) - 1, count_params(sizes), OPTIMIZERS[config.optimizer].n_state
    n_batches = resolve(config, dataset).n_batches
    for item in fields(History):
        if item.name not in values:
            raise ValueError(f"history.{item.name} must be in a record, got none; {_INCOMPLETE}")
    epoch = _array(values["epoch"], "history.epoch", None, whole=True)
    n, first = len(epoch), branch.epoch if branch else 0
    if not 1 <= n <= MAX_FRAMES or epoch[0] != first or (np.diff(epoch) <= 0).any() or epoch[-1] > config.epochs:
        rule = f"history.epoch must rise from {first} to at most {config.epochs}, in at most {MAX_FRAMES} frames"
        raise ValueError(rule)
    taken = {"step_loss": _unpacked(values["step_loss"], "history.step_loss")}
    for name, shape in History.shapes(n, n_layers, n_params, n_state).items():
        if name in PACKED:
            taken[name] = _unpacked(values[name], f"history.{name}", shape)
        else:
            taken[name] = _array(values[name], f"history.{name}", shape, whole=name in _COUNTS)
    steps = taken["step_loss"]
    before = taken["step"][0] if branch and branch.keeps_state else 0  # steps that the other run has taken
    if (taken["step"] != before + (epoch - first) * n_batches).any():
        raise ValueError(f"history.step must be the epoch times {n_batches} batches; {_CHANGED}")
    least, most = (epoch[-1] - first) * n_batches, (config.epochs - first) * n_batches
    if steps.ndim != 1 or steps.dtype.kind != "f" or not least <= len(steps) <= most:
        raise ValueError(f"history.step_loss must hold a number for each of at least {least} steps")
    if not np.isfinite(taken["theta"]).all():
        raise ValueError(f"history.theta must be finite; {_CHANGED}")
    return History(**taken)


def _check(found, due, name, unsaid):
    """Compare a part of the record with the same part written for its run; add missing fields with defaults to `unsaid`."""
    if due is _UNPACKED:
        return
    if isinstance(due, dict) and isinstance(found, dict):
        for key in found.keys() - due.keys():
            raise ValueError(f"unknown key {_short(key)} in {name}; {_CHANGED}")
        for key, value in due.items():
            if key in found:
                _check(found[key], value, f"{name}.{key}", unsaid)
            elif name in ("config", "data") or name.endswith(".parent"):
                unsaid.append(f"{name}.{key}")
            else:
                raise ValueError(f"{name}.{key} must be in a record, got none; {_INCOMPLETE}")
        return
    texts = canonical(due), canonical(found)
    if texts[0] != texts[1]:
        due, got = (text if len(text) <= 60 else text[:59] + "…" for text in texts)
        raise ValueError(f"{name} must be {due} by the rest of the record, got {got}; {_CHANGED}")


def _fault_title(content, config) -> str | None:
    """The title of the run's fault, which older records do not have, and which may have been another one then."""
    title = content.get(FAULT_TITLE) if config.fault else None
    if title is not None and not (isinstance(title, str) and 0 < len(title) <= MAX_NAME and title.isprintable()):
        raise ValueError(
            f"{FAULT_TITLE} must be a title of at most {MAX_NAME} characters, got {_short(title)}; {_CHANGED}"
        )
    return title


def _versions(values) -> dict[str, str]:
    """The versions that made the record. They cannot be verified, but must look like versions."""
    due = made_with()
    if set(_dict(values, "made_with")) != set(due):
        raise ValueError(f"made_with must have the keys {', '.join(due)}; {_CHANGED}")
    for key, value in values.items():
        ok = isinstance(value, str) and value.isprintable() and 0 < len(value) <= 80
        if not ok or (key != "machine" and not _VERSION.fullmatch(value)):
            what = "a machine" if key == "machine" else "a version"
            raise ValueError(f"made_with.{key} must be {what}, got {_short(value)}; {_CHANGED}")
    return values


def _epoch(content, name, config):
    value = content[name]
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= config.epochs):
        return value
    raise ValueError(f"{name} must be null or an epoch up to {config.epochs}, got {_short(value)}")


def _single(value, name, kind):
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if value.bit_length() < 1024 else math.inf
    ok = isinstance(value, kind) and (kind is not str or len(value) <= MAX_NAME)
    if not ok or (kind is float and not math.isfinite(value)):
        raise ValueError(f"{name} must be a {kind.__name__}, got {_short(value)}")
    return value


def _tuple(value, name, kind):
    def fits(v):
        return isinstance(v, kind) and not isinstance(v, bool) and (kind is not str or len(v) <= MAX_NAME)

    if not isinstance(value, list) or len(value) > MAX_NAMES or not all(map(fits, value)):
        raise ValueError(f"{name} must be a list of {kind.__name__}, got {_short(value)}")
    return tuple(value)


def _array(value, name, shape, *, whole=False) -> np.ndarray:
    """Nested lists of numbers as an array of a given shape (None: one axis of any length)."""
    if value is None and shape is not None and not whole:
        return np.full(shape, math.nan)
    good, flat = isinstance(value, list) and len(value) <= MAX_FRAMES, value
    if good and shape is not None and len(shape) == 2:
        good = all(isinstance(row, list) and len(row) == shape[1] for row in value)
        flat = [v for row in value for v in row] if good else []
    if good and not whole:
        flat = [SPECIAL.get(v, v) if isinstance(v, str) else v for v in flat]
    kinds = (int,) if whole else (int, float)
    good = good and all(isinstance(v, kinds) and not isinstance(v, bool) for v in flat)
    if not good or (whole and any(abs(v) >= 2**53 for v in flat)):
        kind = "whole numbers" if whole else "numbers"
        raise ValueError(f"{name} must be {kind} in rows of one length; {_CHANGED}")
    try:
        array = np.array(flat, dtype=int if whole else float)
    except OverflowError:
        raise ValueError(f"{name} must hold numbers that fit in 64 bits; {_CHANGED}") from None
    if shape is None:
        return array
    if len(value) != shape[0]:
        raise ValueError(f"{name} must have {shape[0]} rows, one per frame, got {len(value)}; {_CHANGED}")
    return array.reshape(shape)


def _unpacked(value, name, shape=None) -> np.ndarray:
    """A packed array of its stated size, at most MAX_ARRAY_BYTES. With ``shape``, it must be float64 of that shape."""
    packed = _dict(value, name)
    stated = packed.get("shape")
    whole = lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**31  # noqa: E731
    if set(packed) != {"dtype", "shape", "base64"}:
        raise ValueError(f"{name} must have the keys dtype, shape and base64; {_CHANGED}")
    if packed["dtype"] not in ("int64", "float64") or not isinstance(packed["base64"], str):
        raise ValueError(f"{name} must be packed int64 or float64 numbers, got {_short(value)}")
    if not isinstance(stated, list) or not 1 <= len(stated) <= 3 or not all(whole(v) for v in stated):
        raise ValueError(f"{name} must have a shape of one to three lengths, got {_short(stated)}")
    if shape is not None and (tuple(stated) != shape or packed["dtype"] != "float64"):
        rule = f"{name} must have the shape {shape} for this configuration"
        raise ValueError(f"{rule}, got {tuple(stated)}; {_CHANGED}")
    n_bytes = 8 * math.prod(stated)
    if n_bytes > MAX_ARRAY_BYTES:
        raise ValueError(f"{name} must be at most {MAX_ARRAY_BYTES // 1_000_000} MB, got {n_bytes / 1e6:.0f} MB")
    try:
        inflate = zlib.decompressobj()
        deflated = base64.b64decode(packed["base64"], validate=True)
        data = inflate.decompress(deflated, n_bytes + 1)
    except (binascii.Error, zlib.error, ValueError):
        raise ValueError(f"{name} must be deflated numbers in base64, got something else; {_CHANGED}") from None
    if base64.b64encode(deflated).decode() != packed["base64"] or inflate.unused_data or not inflate.eof:
        raise ValueError(f"{name} must be deflated numbers in base64 and nothing more; {_CHANGED}")
    if len(data) != n_bytes:
        raise ValueError(f"{name} must hold {math.prod(stated)} numbers; {_CHANGED}")
    little = np.frombuffer(data, "<i8" if packed["dtype"] == "int64" else "<f8").reshape(stated)
    return little.astype(little.dtype.newbyteorder("="))


def _short(value) -> str:
    """A value as a message shows it; of a container only its type."""
    return short(type(value) if isinstance(value, dict | list) else value)
