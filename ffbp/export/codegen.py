"""The programs that a run leaves the dashboard as: what there is, whether it is exact, and its text."""

from collections.abc import Callable
from dataclasses import dataclass

from ffbp.export import jax_script as _jax
from ffbp.export import sklearn_script as _sklearn
from ffbp.export import torch_script as _torch
from ffbp.export.jax_script import jax_script
from ffbp.export.notebook import notebook
from ffbp.export.numpy_script import numpy_script
from ffbp.export.program import DATA_FILE, Experiment, NoEquivalent
from ffbp.export.sklearn_script import sklearn_script
from ffbp.export.source import NotExportable
from ffbp.export.torch_script import torch_script
from ffbp.training import Run

__all__ = [
    "DATA_FILE", "KINDS", "Kind", "NoEquivalent", "NotExportable", "available", "jax_script", "needs_data_file", "notebook",
    "numpy_script", "sklearn_script", "torch_script", "write",
]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of program: its text from a run, and the reasons why there is none (a function of an Experiment)."""

    key: str
    label: str
    file_name: str
    write: Callable[[Run], str]
    reasons: Callable[[Experiment], list[str]] = lambda e: []


KINDS = {
    kind.key: kind
    for kind in (
        Kind("script", "NumPy script", "experiment.py", numpy_script),
        Kind("notebook", "Notebook", "experiment.ipynb", notebook),
        Kind("torch", "PyTorch", "experiment_torch.py", torch_script, _torch.reasons),
        Kind("jax", "JAX", "experiment_jax.py", jax_script, _jax.reasons),
        Kind("sklearn", "scikit-learn", "experiment_sklearn.py", sklearn_script, _sklearn.reasons),
    )
}


def available(run: Run, kind: str) -> list[str]:
    """Why a run has no exact program of a kind (a key of KINDS): a sentence each; empty if it has one."""
    return _kind(kind).reasons(Experiment(run))


def write(run: Run, kind: str) -> str:
    """The text of a run's program of a kind (a key of KINDS). Raises NoEquivalent where `available` has reasons."""
    return _kind(kind).write(run)


def needs_data_file(run: Run) -> bool:
    """Whether the programs read the run's samples from DATA_FILE, which then has to lie beside them."""
    return run.config.file_name is not None


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise ValueError(f"unknown kind {key!r}; choose from {', '.join(KINDS)}")
    return KINDS[key]
