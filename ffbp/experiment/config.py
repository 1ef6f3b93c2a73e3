"""The configuration: every choice that decides a run, and nothing else.

A `Config` is frozen, validated and bounded, so that no link can hang a shared server. It turns into URL parameters and
JSON and back without loss. What each field means, and between which limits, stands in its row (`ffbp.experiment.fields`).
Choices that follow from the data stay ``None`` until `Experiment.resolved` settles them in one place.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ffbp.data.generators import DATASETS
from ffbp.data.source import REGRESSION, Source, class_names_of
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import Fields, rows_of
from ffbp.experiment.problems import ConfigError
from ffbp.experiment.resolve import chosen_columns
from ffbp.words.problems import Problem

# What embedding and campaigns add to any link; ignored in silence.
FOREIGN_PARAMS = ("utm_", "fbclid", "gclid", "msclkid", "embed")


@dataclass(frozen=True, kw_only=True)
class Config(Fields):
    """One experiment. ``Config()`` is the reference experiment.

    Data: ``dataset`` (a key of DATASETS), ``n_samples, noise, classes`` (generated data only), ``columns`` (numbers of
    the columns from 0; None the default pair; () all of them), ``standardize`` (None: automatic, on for tables;
    images are divided by full ink instead), ``derived`` (keys of DERIVED, two-column data only), ``test_size`` (share
    held out; four-point data hold out nothing). ``points`` replaces the samples by drawn ones in the plane (or on the
    line) of the one or two chosen columns: their values and then the class or value, each. ``file_name,
    file_fingerprint`` name a file's data; then ``header`` (whether its first row names the columns), ``decimal`` (a key
    of DECIMALS; both None as recognised), ``target`` (number of the file's column), ``task`` (both None as guessed) and
    ``missing`` (a key of MISSING) say how it is read.

    Network: ``hidden`` (units per hidden layer), ``activation`` (a key, or one a hidden layer), ``output_activation,
    loss`` (None: automatic), ``initializer, init_scale, bias_init``; ``initial_theta`` sets all weights explicitly.

    Training: ``optimizer`` with ``learning_rate, momentum, rho, beta1, beta2, epsilon, weight_decay``; ``schedule``
    with ``decay, decay_epochs, warmup``; ``batch_size`` (None full), ``shuffle, epochs, l1, l2, clip`` (None off),
    ``patience`` (epochs without a better test loss before stopping, None off), ``seed``;
    ``data_seed`` (data and split) and ``weight_seed`` (initial weights) where they are drawn from another one; ``fault``
    (a key of FAULTS, None a healthy training).

    Raises ConfigError, a ValueError that names the field, the rule and the value.
    """

    def __post_init__(self):
        for name, each in rows_of(type(self)).items():
            object.__setattr__(self, name, each.check(getattr(self, name)))
        if isinstance(self.activation, tuple) and len(self.activation) != len(self.hidden):
            raise ConfigError("activation", "activations", self.activation, layers=len(self.hidden))
        self._check_dataset()
        if not self.file_name:
            Experiment(self).check()

    def _check_dataset(self):
        """What holds for the registry's dataset, even where a file or drawn points stand in its place."""
        source = DATASETS[self.dataset]
        for name, each in rows_of(type(self)).items():
            if getattr(self, name) != each.default:
                if name in ("n_samples", "noise") and not source.sized:
                    raise ConfigError(name, "left_out", getattr(self, name), dataset=self.dataset)
                if each.file_only and not self.file_name:
                    raise ConfigError(name, "file_only", getattr(self, name))
        if self.classes is not None:
            if not source.classes:
                raise ConfigError("classes", "left_out", self.classes, dataset=self.dataset)
            low, high = source.classes
            if not low <= self.classes <= high:
                raise ConfigError("classes", "bounds_for", self.classes, low=low, high=high, dataset=self.dataset)
        n_features = len(source.feature_names)
        if self.columns and max(self.columns) >= n_features and not self.file_name:
            raise ConfigError("columns", "columns", self.columns, n_columns=n_features, dataset=self.dataset)
        if self.points is not None and not self.file_name:
            self._check_points(source)

    def _check_points(self, source):
        n_columns = len(chosen_columns(self, source))
        if n_columns > 2:
            raise ConfigError("points", "point_columns", self.points, n_columns=n_columns)
        if any(len(point) != n_columns + 1 for point in self.points):
            raise ConfigError("points", "triples" if n_columns == 2 else "pairs", self.points)
        n_classes = len(class_names_of(source, self.classes))
        if source.task != REGRESSION and any(point[-1] not in range(n_classes) for point in self.points):
            raise ConfigError("points", "point_class", self.points, high=n_classes - 1)

    # URL parameters

    def to_params(self) -> dict[str, str]:
        """URL parameters: short keys, only what differs from the default, exact for floats."""
        pairs = [(each, getattr(self, each.name)) for each in rows_of(type(self)).values()]
        return {each.key: each.kind.text(value) for each, value in pairs if value != each.default}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> tuple["Config", list[Problem]]:
        """The configuration of URL parameters, and a problem for each that was unknown, bad or did not fit.

        Never raises for anything that a URL can hold. Keys are the fields' short ones or their full names.
        """
        rows, problems, found = rows_of(cls), [], {}
        names = {each.key: name for name, each in rows.items()}
        for key, value in params.items():
            if (name := names.get(key, key)) in rows:
                found[name] = value[-1] if isinstance(value, list) and value else value
            elif not str(key).startswith(FOREIGN_PARAMS):
                problems.append(Problem("", "parameter", key, outcome="left out"))
        config, more = cls.fitting({name: rows[name].kind.read(str(value)) for name, value in found.items()})
        return config, problems + more

    @classmethod
    def fitting(cls, values: Mapping[str, Any], source: Source | None = None) -> tuple["Config", list[Problem]]:
        """The configuration of those values that fit together, taken one by one in the order of the rows.

        Each value that is bad or does not fit those taken before is left out with a problem; if the work exceeds its
        bound, epochs are lowered. With a file's source its values have to fit that; without, that is left for later.
        """
        taken, problems, rows = {}, [], rows_of(cls)
        wanted = rows["epochs"].default
        for name in [name for name in rows if name in values]:
            try:
                if name == "epochs":
                    wanted = rows[name].check(values[name])
                else:
                    config = cls(**{**taken, name: values[name], "epochs": 1})
                    if config.file_name and source is not None:
                        Experiment(config, source).check()
                    taken[name] = values[name]
            except ConfigError as error:
                outcome = "drawn" if name == "initial_theta" else "default"
                problems.append(replace(error.problem, outcome=outcome))
        if source is not None or not taken.get("file_name"):
            most = Experiment(cls(**taken, epochs=1), source).epochs_that_fit
            if wanted > most:
                problems.append(Problem("epochs", "work", wanted, {"most": most}, outcome="lowered"))
                wanted = most
        return cls(**taken, epochs=wanted), problems

    # JSON

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in rows_of(type(self))}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Config":
        """The configuration of values by field name; what is missing has its default. Raises ConfigError."""
        rows = rows_of(cls)
        for name in values:
            if name not in rows:
                raise ConfigError("field", "unknown", name, choices=", ".join(rows))
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
