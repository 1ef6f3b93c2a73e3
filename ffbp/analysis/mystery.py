"""A hidden fault to find: a number decides the program, two suspects, and which of them it is.

Symptoms do not name their cause (the best automatic finder of faults is wrong more often than right: Humbatova et al. 2025).
What helps is a check on which two suspects differ, so that check is what a case asks for. Every third case asks the other
way: the fault is named, and its symptom is wanted.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ffbp.analysis.fault_checks import CHECKS, Verdict
from ffbp.analysis.passes import pass_over
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.faults.registry import FAULTS
from ffbp.training.run import Run

WORLDS = (  # small healthy programs that pass every check
    {
        "dataset": "blobs",
        "classes": 3,
        "n_samples": 150,
        "batch_size": 16,
        "initializer": "normal",
        "learning_rate": 0.1,
    },
    {"dataset": "moons", "n_samples": 150, "batch_size": 16, "optimizer": "adam", "learning_rate": 0.03},
    {"dataset": "noisy_sine", "n_samples": 150, "batch_size": 16, "initializer": "normal", "learning_rate": 0.1},
)
SHARED = {"hidden": (6,), "activation": "tanh", "epochs": 100, "test_size": 0.3}
N_OFFERED = 4
SYMPTOM_EVERY, NONE_AMONG = 3, 0.25  # the share of cases in which one suspect is: no fault
GATE, GATE_SAMPLES = Config(n_samples=20, hidden=(3,), activation="tanh", epochs=1), 8
CLOSE = 0.02  # relative


@dataclass(frozen=True)
class Case:
    """healthy: the program without a fault. suspects: two keys of FAULTS, or None for no fault; hidden: one of them.

    asks: "fault", which of the suspects it is, or "symptom", what finds the hidden one, which is then named.
    """

    number: int
    healthy: Config
    suspects: tuple[str | None, str | None]
    hidden: str | None
    asks: str

    def config(self, fault: str | None) -> Config:
        return replace(self.healthy, fault=fault)


def case_of(number: int) -> Case:
    """The case of a number, the same for everybody. Twelve cases in a row hide twelve faults, now and then none instead."""
    rng, turn = random.Random(f"fault {number}"), (number - 1) % len(FAULTS)
    fault = random.Random(f"round {(number - 1) // len(FAULTS)}").sample(sorted(FAULTS), len(FAULTS))[turn]
    worlds = [Config(**SHARED, **world, seed=rng.randrange(1000)) for world in WORLDS]
    healthy = rng.choice([world for world in worlds if FAULTS[fault].applies(Experiment(world))])
    others = [key for key, each in FAULTS.items() if key != fault and each.applies(Experiment(healthy))]
    asks = "symptom" if number % SYMPTOM_EVERY == 0 else "fault"
    other = None if asks == "fault" and rng.random() < NONE_AMONG else rng.choice(others)
    suspects = tuple(rng.sample([fault, other], 2))
    hidden = None if other is None and rng.random() < 0.5 else fault
    return Case(number, healthy, suspects, hidden, asks)


Verdicts = Mapping[str, Verdict]


def tells_apart(check: str, one: Verdicts, other: Verdicts) -> bool:
    """Whether a check gives two programs different kinds of result."""
    return one[check].kind != other[check].kind


def offered(case: Case, one: Verdicts, other: Verdicts) -> list[str]:
    """Some checks, in the order of CHECKS: one or two of them right, the others not.

    one, other: the suspects' verdicts; of a case that asks for a symptom, that of the hidden fault and of the healthy program.
    """
    rng = random.Random(f"checks {case.number}")
    right = [key for key in CHECKS if tells_apart(key, one, other)]
    wrong = [key for key in CHECKS if key not in right]
    n_right = min(len(right), 1 if case.asks == "symptom" else 2)
    chosen = rng.sample(right, n_right) + rng.sample(wrong, min(len(wrong), N_OFFERED - n_right))
    return [key for key in CHECKS if key in chosen]


class Gate(NamedTuple):
    """The question on the healthy program: the delta of one output, (a − y) / n."""

    a: float
    y: float
    n: int
    delta: float

    def judge(self, answer: float) -> str:
        """ "right", a known mistake ("sign", "sum", "both"), or "other"."""
        values = {"right": self.delta, "sign": -self.delta, "sum": self.n * self.delta, "both": -self.n * self.delta}
        close = (key for key, value in values.items() if abs(answer - value) <= CLOSE * abs(value))
        return next(close, "other")


def gate(run: Run) -> Gate:
    """The question, from the healthy core: the sample of a few that the network gets most wrong."""
    data = run.dataset
    found = pass_over(run.network(0), data.X_train[:GATE_SAMPLES], data.y_train[:GATE_SAMPLES])
    delta = found.trace.delta[-1][0]
    i = int(np.abs(delta).argmax())
    return Gate(float(found.trace.A[-1][0, i]), float(found.Y[0, i]), found.n, float(delta[i]))
