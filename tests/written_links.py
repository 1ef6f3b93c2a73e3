"""A hundred links from an earlier version with their meanings, which must never change.

`python tests/written_links.py` wrote tests/unit/links.json; never write it anew. Links of later versions go behind them.
"""

import json
import random
import sys
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

import experiments

from ffbp.experiment.fields import DEFAULTS
from ffbp.lessons.presets import PRESETS

PATH = Path(__file__).parent / "unit" / "links.json"
N_LINKS = 100


def links() -> list[dict]:
    """Links of presets and seeded experiments as a page writes them, half of them with an epoch and a sample."""
    rng, configs = random.Random(100), [preset.config for preset in PRESETS.values()]
    for seed in range(100, 110):
        configs += experiments.covering(seed)
    found = []
    for config in configs[:N_LINKS]:
        view = (
            {"frame": str(rng.randrange(4)), "sample": str(rng.randrange(8)), "layer": "1"}
            if rng.random() < 0.5
            else {}
        )
        chosen = {name: value for name, value in config.to_dict().items() if value != DEFAULTS[name]}
        found.append({"link": "?" + urlencode(config.to_params() | view), "config": chosen, "view": view})
    return found


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(link) for link in links())
    PATH.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
