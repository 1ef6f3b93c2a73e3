"""The configuration: every choice that decides a run, and nothing else.

A `Config` is frozen, validated and bounded, so that no link can hang a shared server. It turns into URL parameters and
JSON and back without loss. Choices that follow from the data stay ``None``, "as fits", until `Config.resolve` settles
them in one place.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from ffbp.core.activations import ACTIVATIONS
from ffbp.core.initializers import INITIALIZERS
from ffbp.core.losses import LOSSES
from ffbp.core.network import count_params
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.core.schedules import SCHEDULES
from ffbp.data.dataset import DERIVED, Dataset
from ffbp.data.generators import DATASETS
from ffbp.data.source import CLASSIFICATION, DECIMALS, MISSING, REGRESSION, Source, class_names_of, drawn_source
from ffbp.data.split import class_counts, n_held_out, usable_rows

# The smallest and largest value of each number; widgets take theirs from here.
BOUNDS: dict[str, tuple[float, float]] = {
    "n_samples": (10, 5000),
    "noise": (0.0, 1.0),
    "test_size": (0.0, 0.9),
    "init_scale": (-10.0, 10.0),
    "bias_init": (-10.0, 10.0),
    "learning_rate": (1e-6, 1000.0),
    "momentum": (0.0, 0.999),
    "rho": (0.0, 0.9999),
    "beta1": (0.0, 0.9999),
    "beta2": (0.0, 0.99999),
    "epsilon": (1e-16, 1.0),
    "weight_decay": (0.0, 10.0),
    "decay": (1e-6, 1.0),
    "decay_epochs": (1, 20000),
    "warmup": (1, 20000),
    "batch_size": (1, 5000),
    "epochs": (1, 20000),
    "l1": (0.0, 10.0),
    "l2": (0.0, 10.0),
    "clip": (1e-9, 1e6),
    "patience": (1, 20000),
    "seed": (0, 2**32 - 1),
}
MAX_LAYERS = 8
MAX_UNITS = 64
MAX_COLUMNS = 1000  # a file's
MAX_INITIAL_THETA = 200
MAX_POINTS = 200
READABLE_POINTS = 200  # characters; more points than fit are packed in the address
MAX_DECIMALS = 6
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MAX_TEXT = 200
MAX_WORK = 20.0  # estimated seconds of training on one core

_WHOLE = {
    "n_samples",
    "classes",
    "decay_epochs",
    "warmup",
    "batch_size",
    "epochs",
    "patience",
    "seed",
}
_CHOICES: dict[str, Mapping] = {
    "dataset": DATASETS,
    "task": {CLASSIFICATION: None, REGRESSION: None},
    "missing": MISSING,
    "decimal": DECIMALS,
    "loss": LOSSES,
    "output_activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
_FLAGS = {"header", "standardize", "shuffle"}
_FILE_ONLY = ("header", "decimal", "target", "task", "missing")
# What embedding and campaigns add to any link; ignored in silence.
FOREIGN_PARAMS = ("utm_", "fbclid", "gclid", "msclkid", "embed")


class Resolved(NamedTuple):
    """What a configuration means for its data: no ``None`` left. sizes are units per layer, the inputs first."""

    task: str
    n_classes: int
    columns: tuple[int, ...]
    standardize: bool
    scale: float  # what all pixels of an image are divided by; else 1
    test_size: float
    loss: str
    activations: tuple[str, ...]
    sizes: tuple[int, ...]
    n_train: int
    batch_size: int


@dataclass(frozen=True, kw_only=True)
class Config:
    """One experiment. ``Config()`` is the reference experiment.

    Data: ``dataset`` (a key of DATASETS), ``n_samples, noise, classes`` (generated data only), ``columns`` (numbers of
    the columns from 0; None the default pair; () all of them), ``standardize`` (None as fits: on for tables;
    images are divided by full ink instead), ``derived`` (keys of DERIVED, two-column data only), ``test_size`` (share
    held out; four-point data hold out nothing). ``points`` replaces the samples by drawn ones in the plane (or on the
    line) of the one or two chosen columns: their values and then the class or value, each. ``file_name,
    file_fingerprint`` name a file's data; then ``header`` (whether its first row names the columns), ``decimal`` (a key
    of DECIMALS; both None as recognised), ``target`` (number of the file's column), ``task`` (both None as guessed) and
    ``missing`` (a key of MISSING) say how it is read.

    Network: ``hidden`` (units per hidden layer), ``activation`` (a key, or one a hidden layer), ``output_activation,
    loss`` (None as fits), ``initializer, init_scale, bias_init``; ``initial_theta`` sets all weights explicitly.

    Training: ``optimizer`` with ``learning_rate, momentum, rho, beta1, beta2, epsilon, weight_decay``; ``schedule``
    with ``decay, decay_epochs, warmup``; ``batch_size`` (None full), ``shuffle, epochs, l1, l2, clip`` (None off),
    ``patience`` (epochs without a better test loss before stopping, None off), ``seed``.

    Raises ValueError naming the field, the rule and the value.
    """

    dataset: str = "moons"
    file_name: str | None = None  # before what a file decides, so that its address is read in the right order
    file_fingerprint: str | None = None
    header: bool | None = None
    decimal: str | None = None
    target: int | None = None
    task: str | None = None
    missing: str = "drop"
    n_samples: int = 1000
    noise: float = 0.2
    classes: int | None = None
    columns: tuple[int, ...] | None = None
    standardize: bool | None = None
    derived: tuple[str, ...] = ()
    test_size: float = 0.2
    points: tuple[tuple[float, ...], ...] | None = None
    hidden: tuple[int, ...] = (10,)
    activation: str | tuple[str, ...] = "relu"
    loss: str | None = None
    output_activation: str | None = None
    initializer: str = "he"
    init_scale: float = 0.1
    bias_init: float = 0.0
    initial_theta: tuple[float, ...] | None = None
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    momentum: float = 0.9
    rho: float = 0.99
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    schedule: str = "constant"
    decay: float = 0.5
    decay_epochs: int = 100
    warmup: int = 10
    batch_size: int | None = None
    shuffle: bool = True
    l1: float = 0.0
    l2: float = 0.0
    clip: float | None = None
    patience: int | None = None
    seed: int = 42
    epochs: int = 1000

    def __post_init__(self):
        for name, default in DEFAULTS.items():
            value = getattr(self, name)
            if not (value is None and default is None):
                object.__setattr__(self, name, _checked(name, value, default))
        hidden_activations = self.activation if isinstance(self.activation, tuple) else (self.activation,)
        for key in hidden_activations:
            if ACTIVATIONS[key].coupled:
                raise ValueError(f"activation must suit hidden layers, got {key!r}; choose softmax for the output only")
        if isinstance(self.activation, tuple) and len(self.activation) != len(self.hidden):
            raise ValueError(
                f"activation must be one key, or {len(self.hidden)}, one a hidden layer, got {self.activation!r}"
            )
        self._check_dataset()
        if not self.file_name:
            self.check()

    def check(self, source: Source | None = None) -> None:
        """Raise ValueError unless every choice fits the data; a file's source has to be given (`source`)."""
        source = self.source(source)
        self._check_data(source)
        self._check_network(source)
        fits = self.epochs_that_fit(source)
        if self.epochs > fits:
            raise ValueError(
                f"epochs must be at most {fits} for this much work an epoch, got {self.epochs!r}; "
                "lower epochs, samples or units, or raise batch_size"
            )

    # The data's own rules

    def _check_dataset(self):
        """What holds for the registry's dataset, even where a file or drawn points stand in its place."""
        source = DATASETS[self.dataset]
        for name in ("n_samples", "noise"):
            if not source.sized and getattr(self, name) != DEFAULTS[name]:
                raise ValueError(f"{name} must be left out for {self.dataset!r}, got {getattr(self, name)!r}")
        if self.classes is not None:
            low, high = source.classes or (0, -1)
            if not low <= self.classes <= high:
                rule = f"from {low} to {high}" if source.classes else "left out"
                raise ValueError(f"classes must be {rule} for {self.dataset!r}, got {self.classes!r}")
        for name in () if self.file_name else _FILE_ONLY:
            if getattr(self, name) != DEFAULTS[name]:
                raise ValueError(f"{name} must be left out unless the data are a file, got {getattr(self, name)!r}")
        n_features = len(source.feature_names)
        if self.columns and max(self.columns) >= n_features and not self.file_name:
            raise ValueError(f"columns must be below {n_features} for {self.dataset!r}, got {self.columns!r}")
        if self.points is None or self.file_name:
            return
        columns = self._columns(source)
        if len(columns) > 2:
            raise ValueError(f"points must be left out unless one or two columns are used, got {len(columns)} columns")
        if any(len(point) != len(columns) + 1 for point in self.points):
            count = "three" if len(columns) == 2 else "two"
            raise ValueError(f"points must be points of {count} finite numbers each, got {_short(self.points)}")
        n_classes = len(class_names_of(source, self.classes))
        if source.task != REGRESSION and any(point[-1] not in range(n_classes) for point in self.points):
            raise ValueError(f"points must have a class from 0 to {n_classes - 1}, got {_short(self.points)}")

    def _check_data(self, source):
        n_features = len(source.feature_names)
        columns = self._columns(source)
        if max(columns) >= n_features:
            raise ValueError(f"columns must be below {n_features} for {source.label!r}, got {self.columns!r}")
        if source.fixed and self.test_size not in (0.0, DEFAULTS["test_size"]):
            raise ValueError(
                f"test_size must be 0 for {self.dataset!r}: its few samples are all needed, got {self.test_size!r}"
            )
        if self.derived and len(columns) != 2:
            raise ValueError(f"derived must be left out unless two columns are used, got {self.derived!r}")
        n, _ = self._available(source, columns)
        if n == 0:
            raise ValueError(
                f"missing must not be {self.missing!r} here: every row has a gap in the chosen columns; fill them with "
                "the median or choose other columns"
            )
        if not source.fixed and n - n_held_out(n, self.test_size) < 1:
            raise ValueError(f"test_size must leave at least one sample for training, got {self.test_size!r}")

    def _check_network(self, source):
        resolved = self.resolve(source)
        choices = loss_choices(resolved.task, resolved.n_classes)
        if resolved.loss not in choices:
            data = f"{resolved.n_classes} classes" if resolved.task != REGRESSION else "a number as target"
            raise ValueError(f"loss must be one of {', '.join(choices)} with {data}, got {resolved.loss!r}")
        choices = output_choices(resolved.loss, resolved.task)
        output = resolved.activations[-1]
        if output not in choices:
            raise ValueError(
                f"output_activation must be one of {', '.join(choices)} with {resolved.loss!r}, got {output!r}"
            )
        n_params = count_params(resolved.sizes)
        if self.initial_theta is not None and len(self.initial_theta) != n_params:
            raise ValueError(
                f"initial_theta must hold {n_params} numbers for this network, got {len(self.initial_theta)}"
            )
        if self.patience is not None and resolved.test_size == 0:
            raise ValueError(f"patience must be left out when nothing is held out, got {self.patience!r}")

    def _columns(self, source) -> tuple[int, ...]:
        """The source's columns that are used; drawn points have no others."""
        if self.columns is None or source.drawn:
            return source.default_columns
        return self.columns or tuple(range(len(source.feature_names)))

    def _available(self, source, columns) -> tuple[int, tuple[int, ...]]:
        """How many samples there are to train and test with; where the split is stratified, also how many a class."""
        n = self.n_samples if source.sized else source.n_rows
        if not (source.stratified or source.has_gaps):
            return n, ()
        X, y = source.make(n, self.noise, self.classes, self.seed)
        rows = usable_rows(X, y, columns, missing=self.missing)
        return len(rows), class_counts(y[rows]) if source.stratified else ()

    # What follows from the data

    def source(self, given: Source | None = None) -> Source:
        """Where the samples come from: a file's source, which has to be given, drawn points, or the registry's entry.

        Raises ValueError for a file that is not given.
        """
        if self.file_name:
            if given is None:
                raise ValueError(
                    f"file_name must come with its data, got only the name {self.file_name!r}; load the file again"
                )
            return given
        source = DATASETS[self.dataset]
        return source if self.points is None else drawn_source(source, self.points, self._columns(source), self.classes)

    def resolve(self, data: Source | Dataset | None = None) -> Resolved:
        """Settle everything that is left "as fits", from the source's facts (`source`) or from a split Dataset."""
        if isinstance(data, Dataset):
            task, n_classes, columns = data.task, data.n_classes, data.columns
            standardize, scale, n_train = data.standardized, data.scale, len(data.X_train)
            test_size = self.test_size if len(data.X_test) else 0.0
        else:
            source = self.source(data)
            task, n_classes, columns = source.task, len(class_names_of(source, self.classes)), self._columns(source)
            pixels = tuple(range(len(source.feature_names)))
            image = self.standardize is None and source.ink is not None and tuple(columns) == pixels
            standardize = source.standardize and not image if self.standardize is None else self.standardize
            scale = source.ink if image else 1.0
            n, counts = self._available(source, columns)
            n_test = 0 if source.fixed else n_held_out(n, self.test_size, counts)
            test_size, n_train = self.test_size if n_test else 0.0, n - n_test
        loss = self.loss or ("mse" if task == REGRESSION else "bce" if n_classes <= 2 else "cce")
        output = self.output_activation
        if output is None:
            output = LOSSES[loss].canonical
            if loss == "mse" and task != REGRESSION:
                output = "sigmoid"
        n_outputs = 1 if task == REGRESSION or (n_classes <= 2 and output != "softmax") else n_classes
        hidden_activations = (
            self.activation if isinstance(self.activation, tuple) else (self.activation,) * len(self.hidden)
        )
        return Resolved(
            task=task,
            n_classes=n_classes,
            columns=tuple(columns),
            standardize=standardize,
            scale=scale,
            test_size=test_size,
            loss=loss,
            activations=(*hidden_activations, output),
            sizes=(len(columns) + len(self.derived), *self.hidden, n_outputs),
            n_train=n_train,
            batch_size=min(self.batch_size or n_train, n_train),
        )

    def work(self, source: Source | None = None) -> float:
        """The estimated seconds of training on one core."""
        return self.epochs * self._work_per_epoch(source)

    def _work_per_epoch(self, source=None) -> float:
        resolved = self.resolve(source)
        steps = math.ceil(resolved.n_train / resolved.batch_size)
        n_layers, units = len(resolved.sizes) - 1, sum(resolved.sizes[1:])
        calls = steps * (10e-6 + 7e-6 * n_layers)  # NumPy's cost of a call, whatever the size
        numbers = resolved.n_train * (6 * count_params(resolved.sizes) / 4e9 + units * 8e-9)
        return calls + numbers

    def epochs_that_fit(self, source: Source | None = None) -> int:
        """The largest number of epochs within MAX_WORK for these other choices."""
        return max(1, int(MAX_WORK / self._work_per_epoch(source)))

    # URL parameters and JSON

    def to_params(self) -> dict[str, str]:
        """URL parameters: short keys, only what differs from the default, exact for floats."""
        return {
            key: _to_text(name, getattr(self, name))
            for key, name in self.PARAMS.items()
            if getattr(self, name) != DEFAULTS[name]
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> tuple["Config", list[str]]:
        """The configuration of URL parameters, and a warning for each that was unknown, bad or did not fit.

        Never raises for anything that a URL can hold. Keys are those of PARAMS or full field names.
        """
        warnings, found = [], {}
        full_names = {name: key for key, name in cls.PARAMS.items()}
        for key, value in params.items():
            known = key if key in cls.PARAMS else full_names.get(key)
            if known is not None:
                found[known] = value[-1] if isinstance(value, list) and value else value
            elif not str(key).startswith(FOREIGN_PARAMS):
                warnings.append(f"unknown parameter {_short(key)}; it was left out")
        values = {}
        for key, name in cls.PARAMS.items():
            if key in found:
                try:
                    values[name] = _from_text(name, str(found[key]))
                except ValueError as error:
                    warnings.append(f"{_short(str(error), 300)}; the default is used")
        config, more = cls.fitting(values)
        return config, warnings + more

    @classmethod
    def fitting(cls, values: Mapping[str, Any], source: Source | None = None) -> tuple["Config", list[str]]:
        """The configuration of those values that fit together, taken one by one in the order of PARAMS.

        Each value that is bad or does not fit those taken before is left out with a warning; if the work exceeds its
        bound, epochs are lowered. With a file's source its values have to fit that; without, that is left for later.
        """
        taken, warnings = {}, []
        wanted = DEFAULTS["epochs"]
        for name in cls.PARAMS.values():
            if name not in values:
                continue
            try:
                if name == "epochs":
                    wanted = _checked(name, values[name], DEFAULTS[name])
                else:
                    config = cls(**{**taken, name: values[name], "epochs": 1})
                    if config.file_name and source is not None:
                        config.check(source)
                    taken[name] = values[name]
            except ValueError as error:
                warnings.append(f"{_short(str(error), 300)}; the default is used")
        if source is not None or not taken.get("file_name"):
            fits = cls(**{**taken, "epochs": 1}).epochs_that_fit(source)
            if wanted > fits:
                warnings.append(
                    f"epochs must be at most {fits} for this much work an epoch, got {wanted}; lowered to {fits}"
                )
                wanted = fits
        return cls(**taken, epochs=wanted), warnings

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in DEFAULTS}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Config":
        """The configuration of values by field name; what is missing has its default. Raises ValueError."""
        unknown = [name for name in values if name not in DEFAULTS]
        if unknown:
            raise ValueError(f"unknown field {_short(unknown[0])}; choose from {', '.join(DEFAULTS)}")
        return cls(**values)

    def to_json(self) -> str:
        """`to_dict` as JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> "Config":
        """The configuration that `to_json` wrote. Raises ValueError for anything else."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"configuration must be JSON: {error}") from None
        if not isinstance(values, dict):
            raise ValueError("configuration must be a JSON object of field names and values")
        return cls.from_dict(values)


DEFAULTS: dict[str, Any] = {f.name: f.default for f in fields(Config)}
_SHORT_KEYS = {
    "n_samples": "samples",
    "test_size": "test",
    "file_name": "file",
    "file_fingerprint": "fingerprint",
    "output_activation": "output",
    "initializer": "init",
    "init_scale": "scale",
    "bias_init": "bias",
    "initial_theta": "theta",
    "learning_rate": "lr",
    "weight_decay": "decay_weights",
    "decay_epochs": "period",
    "batch_size": "batch",
}
# URL key -> field, in the order in which `from_params` takes them.
Config.PARAMS = {_SHORT_KEYS.get(name, name): name for name in DEFAULTS}


def loss_choices(task: str, n_classes: int) -> tuple[str, ...]:
    """The losses that make sense for a task."""
    return tuple(
        key
        for key, loss in LOSSES.items()
        if (not loss.probability if task == REGRESSION else loss.shared or not loss.probability or n_classes <= 2)
    )


def output_choices(loss: str, task: str) -> tuple[str, ...]:
    """The output activations that suit a loss: probabilities for classes, anything but softmax for numbers."""
    return tuple(
        key
        for key, activation in ACTIVATIONS.items()
        if LOSSES[loss].admits(activation)
        and (not activation.coupled if task == REGRESSION else (activation.low, activation.high) == (0.0, 1.0))
    )


def _short(value, limit=60) -> str:
    text = value if limit > 60 else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _checked(name: str, value, default):
    """The value of one field by itself: right type, within its bounds. Raises ValueError."""

    def fail(rule):
        raise ValueError(f"{name} must be {rule}, got {_short(value)}")

    if name in _FLAGS:
        return value if isinstance(value, bool) else fail("true or false")
    if name in _CHOICES:
        return _known(name, value, _CHOICES[name])
    if name == "activation":
        if isinstance(value, list | tuple):
            keys = tuple(_known(name, key, ACTIVATIONS) for key in value)
            return keys if len(set(keys)) > 1 else (keys or (default,))[0]  # one form for one meaning
        return _known(name, value, ACTIVATIONS)
    if name in ("hidden", "columns", "derived", "initial_theta", "points") and not isinstance(value, list | tuple):
        fail("a list")
    if name == "hidden":
        if len(value) > MAX_LAYERS or not all(_is_whole(v) and 1 <= v <= MAX_UNITS for v in value):
            fail(f"at most {MAX_LAYERS} whole numbers from 1 to {MAX_UNITS}")
        return tuple(int(v) for v in value)
    if name == "columns":
        if not all(_is_whole(v) and 0 <= v < MAX_COLUMNS for v in value) or len(set(value)) != len(value):
            fail(f"different column numbers from 0 to {MAX_COLUMNS - 1}")
        return tuple(int(v) for v in value)
    if name == "target":
        return (
            int(value)
            if _is_whole(value) and 0 <= value < MAX_COLUMNS
            else fail(f"a column number from 0 to {MAX_COLUMNS - 1}")
        )
    if name == "derived":
        keys = tuple(_known(name, key, DERIVED) for key in value)
        return keys if len(set(keys)) == len(keys) else fail("different keys")
    if name == "initial_theta":
        if not 1 <= len(value) <= MAX_INITIAL_THETA or not all(_is_number(v) for v in value):
            fail(f"1 to {MAX_INITIAL_THETA} finite numbers")
        return tuple(float(v) for v in value)
    if name == "points":
        if not 2 <= len(value) <= MAX_POINTS:
            fail(f"2 to {MAX_POINTS} points")
        if not all(isinstance(p, list | tuple) and len(p) in (2, 3) and all(_is_number(v) for v in p) for p in value):
            fail("points of two or three finite numbers each")
        return tuple(tuple(float(v) for v in point) for point in value)
    if name in ("file_name", "file_fingerprint"):
        ok = isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable()
        return value if ok else fail(f"1 to {MAX_TEXT} printable characters")
    if name in _WHOLE:
        if not _is_whole(value):
            fail("a whole number")
        value = int(value)
    elif not _is_number(value):
        fail("a finite number")
    else:
        value = float(value)
    low, high = BOUNDS.get(name, (-math.inf, math.inf))
    if not low <= value <= high:
        fail(f"from {low:g} to {high:g}" if high < 2**31 else f"from {low} to {high}")
    return value


def _known(name, key, registry):
    if not isinstance(key, str) or key not in registry:
        raise ValueError(f"unknown {name} {_short(key)}; choose from {', '.join(registry)}")
    return key


def _is_whole(value) -> bool:
    return _is_number(value) and float(value).is_integer()


def _is_number(value) -> bool:
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return False
    try:
        return math.isfinite(value)
    except (OverflowError, TypeError, ValueError):
        return False


# URL text: lists are joined by "-", points by "~" and "_" because numbers may hold a "-".


def _to_text(name: str, value) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if name == "points":
        text = "~".join("_".join(_number_text(v) for v in point) for point in value)
        return text if len(text) <= READABLE_POINTS else min(_packed_points(value) or text, text, key=len)
    if name == "initial_theta":
        return "_".join(_number_text(v) for v in value)
    if isinstance(value, tuple):
        return "-".join(str(v) for v in value) or ("all" if name == "columns" else "none")
    return _number_text(value) if isinstance(value, float) else str(value)


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 and str(value)[0:2] != "-0" else repr(value)


def _from_text(name: str, text: str):
    """URL text to the field's type; what cannot be read goes on as text, and the field's check names it."""
    if name in _FLAGS:
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(text.lower(), text)
    if name == "points":
        if text.startswith("~"):
            return _unpacked_points(text)
        return [[_number(v) for v in point.split("_")] for point in text.split("~")]
    if name == "initial_theta":
        return [_number(v) for v in text.split("_")]
    if name in ("hidden", "columns", "derived"):
        if text in ("none", "all"):
            return []
        return [v if name == "derived" else _number(v) for v in text.split("-")]
    if name == "activation":
        return text.split("-") if "-" in text else text
    if name in _CHOICES or name in ("file_name", "file_fingerprint"):
        return text
    return _number(text)


# Many points are packed: "~", the decimals of each column, "~", then every number times 10 to its decimals as a whole
# number, its sign in the lowest bit, five bits a character, the lowest first, the sixth bit saying that more follow.


def _packed_points(points) -> str | None:
    """Points as packed text; None where a column has more than MAX_DECIMALS decimals."""
    columns = []
    for values in zip(*points, strict=True):
        for decimals in range(MAX_DECIMALS + 1):
            whole = [_as_whole(value, decimals) for value in values]
            if None not in whole:
                columns.append((decimals, whole))
                break
        else:
            return None
    codes = "".join(_digits(2 * abs(n) + (n < 0)) for row in zip(*(c for _, c in columns), strict=True) for n in row)
    return f"~{''.join(str(decimals) for decimals, _ in columns)}~{codes}"


def _as_whole(value, decimals):
    """The whole number that is value·10^decimals and gives exactly this value back, or None."""
    if abs(value) > 1e9 or (value == 0 and math.copysign(1, value) < 0):
        return None
    whole = round(value * 10**decimals)
    return whole if whole / 10**decimals == value else None


def _digits(n):
    text = ""
    while n >= 32:
        text += _ALPHABET[n % 32 + 32]
        n //= 32
    return text + _ALPHABET[n]


def _unpacked_points(text):
    """Packed text as lists of numbers; text that is none comes back as it is."""
    header, _, codes = text[1:].partition("~")
    if not (header.isascii() and header.isdigit() and len(header) in (2, 3)) or len(codes) > 30 * MAX_POINTS:
        return text
    numbers, n, shift = [], 0, 0
    for character in codes:
        digit = _ALPHABET.find(character)
        if digit < 0 or shift > 60:
            return text
        n |= digit % 32 << shift
        shift += 5
        if digit < 32:
            numbers.append(-(n // 2) if n % 2 else n // 2)
            n = shift = 0
    width = len(header)
    if shift or len(numbers) % width:
        return text
    scaled = [number / 10 ** int(header[i % width]) for i, number in enumerate(numbers)]
    return [scaled[i : i + width] for i in range(0, len(scaled), width)]


def _number(text: str):
    if len(text) > 40 or not text.isascii() or "_" in text:
        return text
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
