"""What is measured of a run after its picture is on screen, as blobs for the player: how good each step was, and stability."""

import numpy as np

from ffbp.analysis.stability import Stability, StepQuality
from ffbp.figures import palette
from ffbp.figures.blob import Packer, as_blob
from ffbp.figures.charts import STABILITY
from ffbp.figures.pack import PLAYER
from ffbp.figures.plot import line
from ffbp.training.run import Run
from ffbp.words.numbers import format_number

HIGHEST = 4.0  # of the axis: a curve may leave it


def pack_steps(quality: StepQuality, run_id: str, *, player: str = PLAYER) -> bytes:
    """The kinds of the steps that leave the frames, for the strip below the loss; without the last frame, which has none."""
    packer, kinds = Packer(raw=True), quality.kinds[:-1]
    steps = {"frame": packer.whole(quality.frames), "kind": packer.add(kinds, np.uint8)}
    steps["alpha"] = packer.curve(quality.alpha[:-1])
    return _blob(packer, {"steps": steps}, run_id, player)


def pack_stability(run: Run, found: Stability, run_id: str, *, player: str = PLAYER) -> bytes:
    """Sharpness divided by threshold as one more quantity of the gradients' chart: its curve and its view."""
    packer = Packer(raw=True)
    return _blob(packer, {"stability": packer.plot(stability_view(run, found))}, run_id, player)


def stability_view(run: Run, found: Stability) -> dict:
    """The curve over the epochs as a trace of Plotly, and the view that shows it."""
    ratio = np.where(np.isfinite(found.ratio), found.ratio, np.nan)
    said = [
        f"sharpness {format_number(value)}, threshold {format_number(limit)}{', clipped' * bool(clipped)}"
        for value, limit, clipped in zip(found.sharpness, found.threshold, found.clipped, strict=True)
    ]
    look = {"color": palette.TOTAL, "width": 2.2, "meta": "stability", "text": said}
    trace = line(run.history.epoch[found.frames], ratio, "stability", "%{y:.4g}: %{text}", **look)
    if len(ratio) == 1:
        trace["mode"] = "markers"
    known = ratio[np.isfinite(ratio)]
    low, top = float(known.min(initial=0.0)), float(known.max(initial=0.0))
    view = {**STABILITY, "ranges": {"linear": [low, min(max(1.2, 1.08 * top), HIGHEST)]}}
    if len(ratio) < run.n_frames:
        view["note"] = f" · measured at {len(ratio)} of {run.n_frames} recorded epochs"
    return {"trace": trace, "view": view}


def _blob(packer, entries, run_id, player):
    header = entries | {"run": run_id, "kind": "measured", "player": player, "raw": True, "arrays": packer.entries}
    return as_blob(header, packer.payloads())
