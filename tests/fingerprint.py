"""Digests of every number of some runs and of every exported text, to show whether a change affects them.

`python tests/fingerprint.py` writes tests/unit/fingerprints.json anew; do that only where a number or a text changes on
purpose, and say which. Of a run: a digest of its parameters, of each column of its history and of its step losses, bit for
bit, valid with the versions and the processor named; and its first losses, for any other.
"""

import hashlib
import json
import sys
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

import experiments
import numpy as np
from threadpoolctl import threadpool_info

import ffbp
from ffbp.export.forms import CODE, FORMS, available, program
from ffbp.lessons.presets import PRESETS
from ffbp.record.write import made_with

PATH = Path(__file__).parent / "unit" / "fingerprints.json"
N_RANDOM = 20


def configs() -> dict[str, ffbp.Config]:
    """Every preset, and seeded experiments with all optimizers, losses and tasks."""
    several = experiments.covering(12)[:N_RANDOM]
    return {key: preset.config for key, preset in PRESETS.items()} | {f"random {i}": c for i, c in enumerate(several)}


def digest(data) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else np.ascontiguousarray(data).tobytes()).hexdigest()[
        :16
    ]


def of_run(run: ffbp.Run) -> dict:
    """The digests of a run's history by column, and its losses before training and at the first recorded epoch."""
    history = {item.name: digest(getattr(run.history, item.name)) for item in fields(run.history)}
    return {"history": history, "first": [float(value).hex() for value in run.history.train_loss[:2]]}


def of_texts(run: ffbp.Run) -> dict[str, str]:
    """The digests of the run's exported programs."""
    return {
        key: digest(program(run, key)) for key, form in FORMS.items() if form.kind == CODE and not available(run, key)
    }


def machine() -> dict[str, str]:
    """Versions and hardware on which the last digits depend."""
    simd = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    blas = sorted({each.get("architecture", "") for each in threadpool_info() if each["user_api"] == "blas"})
    versions = {key: made_with()[key] for key in ("numpy", "scikit-learn", "machine")}
    return versions | {"simd": " ".join(simd), "blas": " ".join(blas)}


def everything() -> dict:
    """The content of the file."""
    found = {}
    for key, config in configs().items():
        run = ffbp.train(config)
        found[key] = of_run(run) | {"programs": of_texts(run)}
    return {"made_on": machine(), "runs": found}


if __name__ == "__main__":
    PATH.write_text(json.dumps(everything(), indent=1) + "\n", encoding="utf-8")
