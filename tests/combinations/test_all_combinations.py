"""Every combination of activation, loss and output, initializer, optimizer and schedule, as script and as notebook.

Crossed: these registries in full, 33,600 experiments; each is written as a NumPy script and as a notebook, whose cells
are executed one after the other, and both are compared with the run. Not crossed, but alternating or fixed here and
sampled in the ordinary run: datasets (one a task and number of classes), sizes, batches and shuffling, penalties, clipping,
early stopping, derived inputs. PyTorch, JAX and scikit-learn have their own sample in tests/peers. It takes about an
hour. The command is

    python -m pytest tests/combinations -q

and it is not part of the ordinary run, which has a seeded sample.
"""

import json
from itertools import product

import pytest
from experiments import FIXED, HIDDEN_ACTIVATIONS, difference, execute, pairs

import ffbp
from ffbp import INITIALIZERS, OPTIMIZERS, SCHEDULES, Config
from ffbp.programs.notebook import notebook
from ffbp.programs.numpy_script import numpy_script

KINDS = [("spiral", pair) for pair in pairs("classification", 3)]
KINDS += [("moons", pair) for pair in pairs("classification", 2) if pair not in pairs("classification", 3)]
KINDS += [("plane", pair) for pair in pairs("regression", 0)]


@pytest.mark.parametrize("initializer", INITIALIZERS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}-{'-'.join(kind[1])}")
@pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)
def test_every_optimizer_and_schedule(activation, kind, initializer):
    dataset, (loss, output) = kind
    wrong = []
    for number, (optimizer, schedule) in enumerate(product(OPTIMIZERS, SCHEDULES)):
        config = Config(
            dataset=dataset, classes=3 if dataset == "spiral" else None, n_samples=24, hidden=(4, 3), loss=loss,
            output_activation=output, activation=activation, initializer=initializer, optimizer=optimizer,
            schedule=schedule, epochs=4, learning_rate=0.05, batch_size=(None, 8)[number % 2], seed=number, **FIXED,
        )  # fmt: skip
        run = ffbp.train(config)
        cells = [cell for cell in json.loads(notebook(run))["cells"] if cell["cell_type"] == "code"]
        programs = numpy_script(run), "\n\n".join("".join(cell["source"]) for cell in cells)
        worst = max(difference(execute(program)["losses"], run.history.step_loss) for program in programs)
        if not worst <= 1e-12:
            wrong.append((worst, config))
    assert not wrong
