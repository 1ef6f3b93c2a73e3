"""Two runs side by side, packed for the browser: their losses in one chart, and where and on which samples they disagree.

Each run is packed for a player of its own (`ffbp.figures.pack`), with the scales of both. What stands here is the pair's.
"""

import numpy as np

from ffbp.analysis.notices import drawn_samples
from ffbp.analysis.plane import Plane, common_planes
from ffbp.data.dataset import Dataset
from ffbp.data.source import REGRESSION
from ffbp.faults.registry import banner
from ffbp.figures import palette
from ffbp.figures.blob import Packer, as_blob, as_text
from ffbp.figures.charts import boundary_plot, losses_of_two
from ffbp.figures.pack import pack_samples
from ffbp.figures.scales import Scales, scales_of
from ffbp.training.run import Run
from ffbp.words.glossary import entries as explained
from ffbp.words.of_a_comparison import NO_MAP

PAIR = "pair"  # the id of the pair's player, which has the timeline
SIDES = ("a", "b")  # those of the runs' players
SIDE_PANELS, PAIR_PANELS = ("boundary", "gradients"), ("disagreement", "loss")


def pair_settings() -> dict:
    """The options of the comparison in the browser."""
    panels = {"sidePanels": list(SIDE_PANELS), "panels": list(PAIR_PANELS)}
    return {"id": PAIR, "sides": list(SIDES), **panels, "help": explained((*SIDE_PANELS, *PAIR_PANELS))}


def pair_options() -> bytes:
    """The options with which the two runs are mounted."""
    return as_text(pair_settings()).encode()


def on_common_ground(a: Run, b: Run, planes: tuple[Plane, Plane]) -> tuple[tuple[Plane, Plane], Plane | None, Scales]:
    """Both planes with ranges that hold both, the plane of a map that compares them, and scales for both.

    The second is None, and the planes are as they were, if the same place means another input or output in B.
    """
    comparable = a.dataset.task == b.dataset.task and a.dataset.class_names == b.dataset.class_names
    common = common_planes(*planes) if comparable else None
    return common or planes, common and common[0], scales_of(a, b)


def pack_pair(a: Run, b: Run, plane: Plane | None, scales: Scales) -> bytes:
    """What two runs have together. plane: A's, if both have it; None if no map can compare them. scales: those of both."""
    longer = a if a.history.epoch[-1] >= b.history.epoch[-1] else b
    packer, history = Packer(), longer.history
    diverged = [run.diverged_at for run in (a, b) if run.diverged_at is not None]
    faulty = [(letter, run) for letter, run in zip("AB", (a, b), strict=True) if run.config.fault is not None]
    header = {
        "kind": "run",
        "player": PAIR,
        "n_frames": longer.n_frames,
        "n_epochs": longer.config.epochs,
        "metric": "R²" if a.dataset.score_name == "r2" else a.dataset.score_name,
        "task": a.dataset.task,
        "has_test": any(len(run.dataset.X_test) for run in (a, b)),
        "diverged_at": min(diverged, default=None),
        "banner": " ".join(f"{letter}: {banner(run.config.fault)}" for letter, run in faulty),
        "palette": palette.named("classes", "negative", "positive", "ramp", "middle", "wrong", "cursor", "runs"),
        "history": {
            "epoch": packer.add(history.epoch, np.int32),
            "train_loss": packer.add(history.train_loss, np.float64),
        },
        "loss": {"plot": packer.plot(losses_of_two(a, b, scales))},
        "disagreement": _disagreement(packer, a, b, plane, scales),
    }
    return packer.blob(header)


def pair_moment(pair_id: str, adopted: int, by: str, frames: tuple[int, int]) -> bytes:
    """By what the timeline shows both, "epoch" or "loss", and their frames; by loss, these decide its position.

    The timeline follows when the number of addresses adopted so far grows.
    """
    own = {"run": pair_id, "kind": "refine", "player": PAIR, "adopted": adopted, "by": by, "frames": list(frames)}
    return as_blob(own | {"raw": True, "arrays": []}, {})


def _disagreement(packer, a, b, plane, scales):
    """The axes of the map, or why there is none; and what each run decides on the samples that both have."""
    packed = {"why": None if plane is not None else NO_MAP, "decided": None}
    if plane is not None:
        packed |= {"plot": packer.plot(boundary_plot(a, plane, scales)), "samples": pack_samples(packer, a, plane)}
        packed["plane"] = {"line": plane.is_line, "x": list(plane.x_range), "y": list(plane.y_range)}
        packed["span"] = scales.output[1] - scales.output[0]
    if a.dataset.task != REGRESSION and have_same_samples(a.dataset, b.dataset):
        packed["decided"] = {
            part.name: {
                "drawn": packer.whole(drawn),
                **{side: packer.changes(run.decided[part.name]) for side, run in zip(SIDES, (a, b), strict=True)},
            }
            for part, drawn in zip(a.dataset.parts, drawn_samples(a.dataset), strict=False)
        }
    return packed


def have_same_samples(a: Dataset, b: Dataset) -> bool:
    """Whether two data sets have the same samples in the same parts, whatever is given to the networks of them."""
    return a.class_names == b.class_names and all(
        one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
        for one, other in (
            *((a.raw_train, b.raw_train), (a.raw_test, b.raw_test)),
            *((a.y_train, b.y_train), (a.y_test, b.y_test)),
        )
    )
