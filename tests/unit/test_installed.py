"""`pip install .` gives an importable package and the command `ffbp`; name, version and licence are stated once."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution
from pathlib import Path

import pytest

import ffbp

ROOT = Path(ffbp.__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with an installed copy of the project, without its dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    source, target = folder / "source", folder / "target"
    source.mkdir()
    for name in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "ffbp", source / "ffbp", ignore=shutil.ignore_patterns("__pycache__"))
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True)
    return target


def test_every_file_of_the_package_is_installed(installed):
    def names(folder):
        return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}

    assert names(installed / "ffbp") == names(ROOT / "ffbp")


def test_the_command_starts_the_tour(installed):
    env = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, str(installed / "bin" / "ffbp"), "--quiet", "--epochs", "5"]
    result = subprocess.run(command, env=env, cwd=installed, capture_output=True, text=True, check=True)
    module = [sys.executable, "-m", "ffbp", "--quiet", "--epochs", "5"]
    assert result.stdout == subprocess.run(module, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "5" in result.stdout


def test_its_metadata_are_those_of_the_project(installed):
    (found,) = (path for path in installed.iterdir() if path.name.endswith(".dist-info"))
    metadata = Distribution.at(found).metadata
    assert (metadata["Name"], metadata["Version"]) == ("ffbp", ffbp.__version__)
    wanted = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()]
    assert metadata.get_all("Requires-Dist") == wanted


def test_the_citation_names_the_version_and_the_licence():
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert re.search(r"(?m)^version: (.*)$", text)[1] == ffbp.__version__
    assert re.search(r"(?m)^license: (.*)$", text)[1] == project["license"]
    assert project["description"].lower() in text.lower()
