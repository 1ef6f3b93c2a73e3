"""The reference run's and each preset's losses, printed exactly, so that other processes and versions can be compared.

    python tests/digest.py [steps]

Prints JSON: for each preset (and a few wide networks) the losses of its first steps as hexadecimal floats. It needs
nothing but NumPy and scikit-learn, so it runs wherever the core does.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

import ffbp
from ffbp.lessons.presets import PRESETS

WIDE = {  # where a matrix product is large enough to be split between threads
    "wide": ffbp.Config(dataset="digits", columns=(), hidden=(64, 64), epochs=20, learning_rate=0.05),
    "large": ffbp.Config(n_samples=5000, hidden=(64, 64, 64), activation="tanh", initializer="xavier", epochs=20),
}


def losses(steps: int | None = None) -> dict[str, list[str]]:
    """The loss before each update, as exact text, by name."""
    configs = {key: preset.config for key, preset in PRESETS.items()} | WIDE
    return {
        key: [v.hex() for v in ffbp.train(config).history.step_loss[:steps].tolist()] for key, config in configs.items()
    }


if __name__ == "__main__":
    json.dump(losses(int(sys.argv[1]) if len(sys.argv) > 1 else None), sys.stdout)
