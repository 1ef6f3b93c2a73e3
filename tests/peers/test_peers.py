"""Exported programs in PyTorch, JAX and scikit-learn against the run that they were written from, loss by loss.

All programs of one library run in one process of their own, where the project cannot be imported.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from experiments import HIDDEN_ACTIVATIONS, covering, difference

import ffbp
from ffbp import DATASETS, INITIALIZERS, OPTIMIZERS, SCHEDULES, Config
from ffbp.analysis.sensitivity import parts_at
from ffbp.export import forms
from ffbp.lessons.presets import PRESETS

LIBRARIES = ("torch", "jax", "sklearn")
FIRST = 100  # steps
TOLERANCE = 1e-8  # relative to max(1, loss)
CHAOTIC = Config(
    hidden=(16, 16), activation="sine", learning_rate=1.0, initializer="normal", init_scale=1.0, epochs=500
)
PLAIN = [  # what scikit-learn has, too
    Config(epochs=200, l2=0.01),
    Config(hidden=(5, 4), activation="tanh", optimizer="nesterov", batch_size=64, n_samples=150, l2=0.001, epochs=50),
    Config(dataset="iris", batch_size=16, optimizer="momentum", activation="sigmoid", learning_rate=0.05, epochs=30),
    Config(dataset="plane", n_samples=50, batch_size=9, hidden=(), l2=0.01, epochs=60),
    Config(dataset="diabetes", hidden=(6,), learning_rate=0.02, initializer="xavier_uniform", epochs=40),
    Config(dataset="digits", columns=(), hidden=(16,), batch_size=64, epochs=4, learning_rate=0.2),
    Config(dataset="xor", points=((1.0, 2.0, 1.0), (2.0, 1.0, 0.0), (0.0, 0.5, 1.0)), test_size=0.0, epochs=50),
    Config(
        dataset="blobs", classes=4, n_samples=80, activation="identity", derived=("x1_squared", "sin_x2"), epochs=50
    ),
]
SMALL = covering(seed=5)
LONG = [preset.config for key, preset in PRESETS.items() if key != "beyond"]
RUNNER = """
import contextlib, io, json, runpy, sys
sys.modules["ffbp"] = None
losses = []
for name in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()):
        losses.append(runpy.run_path(name)["losses"])
print(json.dumps(losses))
"""


def losses_of(programs, folder):
    """The losses of program texts, run one after the other in one process."""
    names = []
    for number, text in enumerate(programs):
        names.append(str(folder / f"program_{number}.py"))
        with open(names[-1], "w", encoding="utf-8") as file:
            file.write(text)
    one_thread = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # small arrays: more would wait
    call = [sys.executable, "-I", "-c", RUNNER]
    result = subprocess.run(call, input=json.dumps(names), capture_output=True, text=True, cwd=folder, env=one_thread)
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def runs():
    return [ffbp.train(config) for config in (*SMALL, *PLAIN)]


def test_the_sample_has_every_entry():
    first = SMALL[:20]
    assert {c.dataset for c in first} == set(DATASETS)
    assert {c.initializer for c in first} == set(INITIALIZERS)
    assert {c.optimizer for c in first} == set(OPTIMIZERS)
    assert {c.schedule for c in first} == set(SCHEDULES)
    hidden = {
        k for c in SMALL if c.hidden for k in (c.activation if isinstance(c.activation, tuple) else [c.activation])
    }
    assert hidden == set(HIDDEN_ACTIVATIONS)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_first_hundred_losses_are_the_runs(library, runs, tmp_path):
    if library == "jax":  # compiles each program for seconds; these have every activation, optimizer and schedule
        runs = [*runs[:20], *runs[len(SMALL) :]]
    having = [run for run in runs if not forms.available(run, library)]
    assert len(having) >= (len(PLAIN) if library == "sklearn" else len(runs))
    courses = losses_of([forms.program(run, library) for run in having], tmp_path)
    wrong = []
    for run, losses in zip(having, courses, strict=True):
        expected = run.history.step_loss
        parted = parts_at(run)
        n = min(FIRST, len(expected) if parted is None else parted - 1)
        worst = difference(losses[:n], expected[:n])
        if not worst <= TOLERANCE or (parted is None and len(losses) != len(expected)):
            wrong.append((worst, len(losses), len(expected), run.config))
    assert not wrong


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_run_that_is_not_chaotic_is_the_same_to_its_end(library, tmp_path):
    runs = [ffbp.train(config) for config in LONG]
    having = [run for run in runs if not forms.available(run, library) and parts_at(run) is None]
    assert len(having) >= (5 if library == "sklearn" else 10)
    programs = [forms.program(run, library) for run in having]
    assert all("from the first step to the last" in text for text in map(joined, programs))
    courses = losses_of(programs, tmp_path)
    worst = [difference(losses, run.history.step_loss) for losses, run in zip(courses, having, strict=True)]
    assert max(worst) <= TOLERANCE, list(zip(worst, [run.config for run in having], strict=True))


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_chaotic_run_says_from_which_step_on_the_libraries_part(library, tmp_path):
    run = ffbp.train(CHAOTIC)
    step = parts_at(run)
    assert step is not None
    text = forms.program(run, library)
    assert f"from step {step} on" in joined(text)
    (losses,) = losses_of([text], tmp_path)
    assert difference(losses[:FIRST], run.history.step_loss[:FIRST]) <= TOLERANCE
    assert difference(losses, run.history.step_loss) > TOLERANCE


def test_an_orthogonal_draw_is_torchs_of_the_same_numbers():
    torch = pytest.importorskip("torch")

    class Drawn:
        """A stream that gives the numbers which torch draws."""

        def randn(self, n_in, n_out):
            torch.manual_seed(3)
            return torch.empty(n_out, n_in, dtype=torch.float64).normal_().numpy().T

    for n_in, n_out in ((7, 4), (4, 7), (5, 5), (1, 1)):
        torch.manual_seed(3)
        expected = torch.nn.init.orthogonal_(torch.empty(n_out, n_in, dtype=torch.float64)).numpy()
        found = INITIALIZERS["orthogonal"](n_in, n_out, random_state=Drawn())
        assert abs(found - expected).max() < 1e-12


def test_an_activation_that_torch_has_not_is_written_with_its_functions(monkeypatch, tmp_path):
    import numpy as np

    def forward(Z, out):
        """g(z) = z / sqrt(1 + z²)."""
        np.multiply(Z, Z, out=out)
        np.add(out, 1.0, out=out)
        np.sqrt(out, out=out)
        return np.divide(Z, out, out=out)

    def derivative(Z, A, out):
        """g'(z) = (1 + z²)^(-3/2)."""
        np.multiply(Z, Z, out=out)
        np.add(out, 1.0, out=out)
        return np.power(out, -1.5, out=out)

    plain = {"plain": "Z / np.sqrt(1 + Z**2)", "plain_slope": "(1 + Z**2) ** -1.5"}
    fast = {"forward": forward, "derivative": derivative}
    entry = replace(ffbp.ACTIVATIONS["tanh"], key="isru", label="ISRU", **fast, **plain)
    monkeypatch.setitem(ffbp.ACTIVATIONS, "isru", entry)
    run = ffbp.train(Config(n_samples=60, activation="isru", epochs=80, optimizer="adam"))
    for library in ("torch", "jax"):
        (losses,) = losses_of([forms.program(run, library)], tmp_path)
        assert difference(losses, run.history.step_loss) <= TOLERANCE


def joined(text):
    """A program's heading with its line ends as spaces."""
    return " ".join(text[: text.index("import ")].split())
