"""Where two runs disagree: the difference of their outputs at any samples, and on how many samples they decide differently."""

from collections.abc import Sequence

import numpy as np

from ffbp.analysis.diverging import diverging
from ffbp.analysis.maps import outputs
from ffbp.data.source import REGRESSION
from ffbp.experiment.problems import ConfigError
from ffbp.training.run import Run


def disagreement(run_a: Run, run_b: Run, raw: np.ndarray, *, frame_a: int = -1, frame_b: int = -1) -> np.ndarray:
    """B's outputs minus A's for raw samples (n, n_features) in their own units: (n, n_outputs).

    Each run encodes the samples as its own data are encoded; numbers to predict are in their own units. Raises ConfigError
    unless both runs have the same features and outputs.
    """
    _check(run_a, run_b)
    values = []
    for run, frame in ((run_a, frame_a), (run_b, frame_b)):
        frames = np.array([range(run.n_frames)[frame]])
        (found,) = outputs(run, run.dataset.encode(raw), frames)
        values.append(run.dataset.decode_target(found.T) if run.dataset.task == REGRESSION else found.T)
    with diverging():
        return values[1] - values[0]


def n_disagree(run_a: Run, run_b: Run, frames_a: Sequence[int], frames_b: Sequence[int]) -> dict[str, np.ndarray]:
    """On how many of A's samples the two decide differently, at each pair of frames: "train" and "test", (n_frames,).

    Raises ConfigError unless both runs classify the same features.
    """
    _check(run_a, run_b)
    if run_a.dataset.task == REGRESSION:
        raise ConfigError("run_a", "classifies", REGRESSION)
    frames_a, frames_b = (np.asarray(frames, dtype=int) for frames in (frames_a, frames_b))
    found = {}
    for part in run_a.dataset.parts:
        decided = [
            run.architecture.decide(outputs(run, run.dataset.encode(part.raw), frames))
            for run, frames in ((run_a, frames_a), (run_b, frames_b))
        ]
        found[part.name] = np.count_nonzero(decided[0] != decided[1], axis=-1)
    return found


def _check(run_a, run_b):
    kinds = [
        (r.dataset.feature_names, r.dataset.task, r.dataset.class_names, r.resolved.sizes[-1]) for r in (run_a, run_b)
    ]
    if kinds[0] != kinds[1]:
        raise ConfigError("run_b", "same_task", run_b.config.dataset)
