"""The statements of the README are true."""

import re
from pathlib import Path

import numpy as np
import pytest

import ffbp

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text("utf-8")


def test_it_is_short_and_has_exactly_two_commands():
    assert len(TEXT.splitlines()) <= 150
    commands = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    assert len(commands) == 2
    assert all(len(command.strip().splitlines()) == 1 for command in commands)


def test_ci_runs_the_second_command():
    command = re.findall(r"```sh\n(.*?)\n```", TEXT, re.DOTALL)[1]
    assert command in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_librarys_example_checks_its_gradients_and_prints_the_sharpness(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    net, data = names["net"], names["data"]
    assert names["check"].max_relative_error < 1e-7
    largest = np.linalg.eigvalsh(ffbp.hessian(net, data.X_train, data.y_train))[-1]
    assert float(capsys.readouterr().out.split()[-1]) == pytest.approx(largest, rel=1e-9)


def test_every_file_that_it_names_is_there():
    for name in re.findall(r"`((?:ffbp|tests|pages|\.streamlit)/[\w./]+)`", TEXT):
        assert (ROOT / name).exists(), name


def test_it_names_the_limits_of_the_configuration():
    from ffbp.experiment.experiment import MAX_WORK
    from ffbp.experiment.fields import FIELDS, MAX_LAYERS, MAX_UNITS

    assert (
        f"{FIELDS['n_samples'].kind.high:,} generated samples, {MAX_LAYERS} hidden layers of {MAX_UNITS} units" in TEXT
    )
    assert f"about {MAX_WORK:.0f} seconds" in TEXT
