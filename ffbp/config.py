"""The configuration: every choice that decides a run, and nothing else.

A `Config` is frozen, validated and bounded, so that no link can hang a shared server. It turns into URL parameters and
JSON and back without loss. Choices that follow from the data stay ``None``, "as fits", until `Config.resolve` settles
them in one place.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, NamedTuple

from ffbp.activations import ACTIVATIONS
from ffbp.datasets import DATASETS, DERIVED, REGRESSION, class_names_of
from ffbp.initializers import INITIALIZERS
from ffbp.losses import LOSSES
from ffbp.network import count_params
from ffbp.optimizers import OPTIMIZERS, SCHEDULES

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
    "loss": LOSSES,
    "output_activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
_FLAGS = {"standardize", "shuffle"}
# What embedding and campaigns add to any link; ignored in silence.
FOREIGN_PARAMS = ("utm_", "fbclid", "gclid", "msclkid", "embed")


class Resolved(NamedTuple):
    """What a configuration means for its data: no ``None`` left. sizes are units per layer, the inputs first."""

    task: str
    n_classes: int
    columns: tuple[int, ...]
    standardize: bool
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
    the columns from 0; None the default pair; () all of them), ``standardize`` (None as fits), ``derived`` (keys of
    DERIVED, two-column data only), ``test_size`` (share held out; four-point data hold out nothing). ``points``
    replaces the samples by drawn ones, (x1, x2, class or value) each; ``file_name, file_fingerprint`` name a file's
    data.

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
    n_samples: int = 1000
    noise: float = 0.2
    classes: int | None = None
    columns: tuple[int, ...] | None = None
    standardize: bool | None = None
    derived: tuple[str, ...] = ()
    test_size: float = 0.2
    points: tuple[tuple[float, float, float], ...] | None = None
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
        self._check_data()
        self._check_network()
        if not self.file_name and self.epochs > self.epochs_that_fit():
            raise ValueError(
                f"epochs must be at most {self.epochs_that_fit()} for this much work an epoch, got {self.epochs!r}; "
                "lower epochs, samples or units, or raise batch_size"
            )

    # The data's own rules

    def _check_data(self):
        source = DATASETS[self.dataset]
        for name in ("n_samples", "noise"):
            if not source.sized and getattr(self, name) != DEFAULTS[name]:
                raise ValueError(f"{name} must be left out for {self.dataset!r}, got {getattr(self, name)!r}")
        if self.classes is not None:
            low, high = source.classes or (0, -1)
            if not low <= self.classes <= high:
                rule = f"from {low} to {high}" if source.classes else "left out"
                raise ValueError(f"classes must be {rule} for {self.dataset!r}, got {self.classes!r}")
        if source.fixed and self.test_size not in (0.0, DEFAULTS["test_size"]):
            raise ValueError(
                f"test_size must be 0 for {self.dataset!r}: its few samples are all needed, got {self.test_size!r}"
            )
        n_features = len(source.feature_names)
        if self.columns and max(self.columns) >= n_features and not self.file_name:
            raise ValueError(f"columns must be below {n_features} for {self.dataset!r}, got {self.columns!r}")
        if self.file_name:
            return
        n_columns = len(self.columns or (range(n_features) if self.columns == () else source.default_columns))
        if self.derived and n_columns != 2:
            raise ValueError(f"derived must be left out unless two columns are used, got {self.derived!r}")
        if self.points is not None:
            if not source.generated or len(source.feature_names) != 2:
                raise ValueError(f"points must start from a generated two-column dataset, got {self.dataset!r}")
            if source.task != REGRESSION:
                n_classes = len(class_names_of(source, self.classes))
                if any(point[2] not in range(n_classes) for point in self.points):
                    raise ValueError(f"points must have a class from 0 to {n_classes - 1}, got {self.points!r}")
        if self._n_train() < 1:
            raise ValueError(f"test_size must leave at least one sample for training, got {self.test_size!r}")

    def _check_network(self):
        hidden_activations = self.activation if isinstance(self.activation, tuple) else (self.activation,)
        for key in hidden_activations:
            if ACTIVATIONS[key].coupled:
                raise ValueError(f"activation must suit hidden layers, got {key!r}; choose softmax for the output only")
        if isinstance(self.activation, tuple) and len(self.activation) != len(self.hidden):
            raise ValueError(
                f"activation must be one key, or {len(self.hidden)}, one a hidden layer, got {self.activation!r}"
            )
        if self.file_name:
            return
        resolved = self.resolve()
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

    def _n_samples(self) -> int:
        source = DATASETS[self.dataset]
        if self.points is not None:
            return len(self.points)
        return self.n_samples if source.sized else _TABLE_ROWS[self.dataset]

    def _n_train(self) -> int:
        n = self._n_samples()
        return n - math.ceil(n * self._test_size()) if self._test_size() > 0 else n

    def _test_size(self) -> float:
        return 0.0 if DATASETS[self.dataset].fixed and self.points is None else self.test_size

    # What follows from the data

    def resolve(self, dataset=None) -> Resolved:
        """Settle everything that is left "as fits", from the registry's facts or, for a file, from its Dataset."""
        source = DATASETS[self.dataset]
        if dataset is None and self.file_name:
            raise ValueError(
                f"file_name must come with its data, got only the name {self.file_name!r}; load the file again"
            )
        if dataset is not None:
            task, n_classes, columns = dataset.task, dataset.n_classes, dataset.columns
            standardize, n_train = dataset.standardized, len(dataset.X_train)
            test_size = self.test_size if len(dataset.X_test) else 0.0
            n_inputs = dataset.n_inputs
        else:
            task, n_classes = source.task, len(class_names_of(source, self.classes))
            columns = self.columns or (
                tuple(range(len(source.feature_names))) if self.columns == () else source.default_columns
            )
            standardize = (
                not source.generated or len(source.feature_names) == 1 if self.standardize is None else self.standardize
            )
            test_size, n_train = self._test_size(), self._n_train()
            n_inputs = len(columns) + len(self.derived)
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
            test_size=test_size,
            loss=loss,
            activations=(*hidden_activations, output),
            sizes=(n_inputs, *self.hidden, n_outputs),
            n_train=n_train,
            batch_size=min(self.batch_size or n_train, n_train),
        )

    def work(self) -> float:
        """The estimated seconds of training on one core."""
        return self.epochs * self._work_per_epoch()

    def _work_per_epoch(self) -> float:
        resolved = self.resolve()
        steps = math.ceil(resolved.n_train / resolved.batch_size)
        n_layers, units = len(resolved.sizes) - 1, sum(resolved.sizes[1:])
        calls = steps * (10e-6 + 7e-6 * n_layers)  # NumPy's cost of a call, whatever the size
        numbers = resolved.n_train * (6 * count_params(resolved.sizes) / 4e9 + units * 8e-9)
        return calls + numbers

    def epochs_that_fit(self) -> int:
        """The largest number of epochs within MAX_WORK for these other choices."""
        return max(1, int(MAX_WORK / self._work_per_epoch()))

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
    def fitting(cls, values: Mapping[str, Any]) -> tuple["Config", list[str]]:
        """The configuration of those values that fit together, taken one by one in the order of PARAMS.

        Each value that is bad or does not fit those taken before
        is left out with a warning; if the work exceeds its bound, epochs are lowered.
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
                    cls(**{**taken, name: values[name], "epochs": 1})
                    taken[name] = values[name]
            except ValueError as error:
                warnings.append(f"{_short(str(error), 300)}; the default is used")
        if not taken.get("file_name"):
            fits = cls(**{**taken, "epochs": 1}).epochs_that_fit()
            if wanted > fits:
                warnings.append(
                    f"epochs must be at most {fits} for this much work an epoch, got {wanted}; lowered to {fits}"
                )
                wanted = fits
        return cls(**taken, epochs=wanted), warnings

    def to_json(self) -> str:
        """All fields by name."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Config":
        """The configuration that `to_json` wrote. Raises ValueError for anything else."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"configuration must be JSON: {error}") from None
        if not isinstance(values, dict):
            raise ValueError("configuration must be a JSON object of field names and values")
        unknown = [name for name in values if name not in DEFAULTS]
        if unknown:
            raise ValueError(f"unknown field {_short(unknown[0])}; choose from {', '.join(DEFAULTS)}")
        return cls(**values)


DEFAULTS: dict[str, Any] = {f.name: f.default for f in fields(Config) if f.default is not MISSING}
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
_TABLE_ROWS = {
    "and_gate": 4,
    "or_gate": 4,
    "xor_gate": 4,
    "three_inputs": 4,
    "iris": 150,
    "wine": 178,
    "breast_cancer": 569,
    "diabetes": 442,
    "digits": 1797,
}


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
        if not all(isinstance(p, list | tuple) and len(p) == 3 and all(_is_number(v) for v in p) for p in value):
            fail("points of three finite numbers each")
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
        return "~".join("_".join(_number_text(v) for v in point) for point in value)
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
