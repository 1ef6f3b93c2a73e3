"""A branch in a record: which run it begins in, at which frame, and what differs from there on."""

import math
from typing import Any

from ffbp.experiment.config import Config
from ffbp.experiment.differences import differences
from ffbp.experiment.fields import MAX_FRAMES
from ffbp.training.run import MAX_BRANCHES, Branch, Run
from ffbp.words.problems import short

KEYS = ("parent", "frame", "epoch", "keeps_state", "best", "differences", "of")


def branch_content(run: Run) -> dict[str, Any] | None:
    """The run's branch as JSON, with the fields that differ from its parent's (parent, own); None for another run."""
    return _content(run.branch, run.config)


def _content(branch, config):
    if branch is None:
        return None
    return {
        "parent": branch.config.to_dict(),
        "frame": branch.frame,
        "epoch": branch.epoch,
        "keeps_state": branch.keeps_state,
        "best": None if branch.best is None else list(branch.best),
        "differences": {name: [a, b] for name, a, b in differences(branch.config, config)},
        "of": _content(branch.of, branch.config),
    }


def read_branch(values: Any, config: Config, depth: int = 1) -> Branch | None:
    """The branch that `branch_content` wrote for a run of this configuration. Raises ValueError for anything else."""
    if values is None:
        return None
    if not isinstance(values, dict) or set(values) != set(KEYS):
        raise ValueError(f"branch must be a JSON object of {', '.join(KEYS)}; the file was changed")
    if depth > MAX_BRANCHES:
        raise ValueError(f"branch must be at most {MAX_BRANCHES} deep; the file was changed")
    if not isinstance(values["parent"], dict):
        raise ValueError(f"branch.parent must be a JSON object, got {short(type(values['parent']))}")
    parent = Config.from_dict(values["parent"])
    limits = {"frame": MAX_FRAMES - 1, "epoch": min(parent.epochs, config.epochs)}
    for name, high in limits.items():
        if not (type(values[name]) is int and 0 <= values[name] <= high):
            raise ValueError(f"branch.{name} must be a whole number from 0 to {high}, got {short(values[name])}")
    if values["keeps_state"] is not (parent.optimizer == config.optimizer):
        raise ValueError("branch.keeps_state must say whether the optimizer is the parent's; the file was changed")
    of = read_branch(values["of"], parent, depth + 1)
    return Branch(parent, values["frame"], values["epoch"], values["keeps_state"], _best(values["best"]), of)


def _best(value) -> tuple[float, int] | None:
    if value is None:
        return None
    if not (isinstance(value, list) and len(value) == 2 and type(value[0]) is float and type(value[1]) is int):
        raise ValueError(f"branch.best must be null, or a loss and an epoch, got {short(value)}")
    if not math.isfinite(value[0]):
        raise ValueError(f"branch.best must be a finite loss, got {short(value[0])}")
    return tuple(value)
