"""One row per field: it determines checking, addresses, JSON, the terminal and the sidebar."""

import json
from dataclasses import dataclass

import pytest

from ffbp import Config
from ffbp.experiment import kinds
from ffbp.experiment.fields import (
    FIELDS,
    GROUPS,
    TRAINING,
    Elsewhere,
    Ladder,
    Menu,
    Number,
    Slider,
    Special,
    rows_of,
    training,
)
from ffbp.experiment.problems import ConfigError
from ffbp.terminal import options
from ffbp.ui.sidebar import draw as sidebar
from ffbp.words.problems import RULES, Problem


@dataclass(frozen=True, kw_only=True)
class Noisy(Config):
    """A configuration with one more field: one more row."""

    weight_noise: float = training(
        0.0,
        kinds.Real(0, 2),
        "Noise on the weights",
        "standard deviation of a step's noise",
        key="wn",
        control=Number(0.1),
    )


def test_a_new_row_is_checked():
    assert Noisy(weight_noise=1).weight_noise == 1.0
    with pytest.raises(ConfigError, match=r"^weight_noise must be from 0 to 2, got 3\.0$"):
        Noisy(weight_noise=3)
    with pytest.raises(ConfigError, match=r"^weight_noise must be a finite number, got 'x'$"):
        Noisy(weight_noise="x")


def test_a_new_row_is_in_the_address_and_in_json():
    config = Noisy(weight_noise=0.25, seed=7)
    assert config.to_params() == {"seed": "7", "wn": "0.25"}
    assert Noisy.from_params(config.to_params()) == (config, [])
    assert Noisy.from_params({"weight_noise": "0.25", "seed": "7"}) == (config, [])
    found, problems = Noisy.from_params({"wn": "5"})
    assert found == Noisy()
    assert [*map(str, problems)] == ["weight_noise must be from 0 to 2, got 5.0; the default is used"]
    assert json.loads(config.to_json())["weight_noise"] == 0.25
    assert Noisy.from_json(config.to_json()) == config
    assert [str(p) for p in Config.from_params({"wn": "1"})[1]] == ["unknown parameter 'wn'; it was left out"]


def test_a_new_row_is_an_option_of_the_terminal_in_its_group():
    text = " ".join(options.parser(rows_of(Noisy)).format_help().split())
    words = "--wn N, --weight-noise N standard deviation of a step's noise; from 0 to 2 (0)"
    assert words in text
    assert text.index("Training:") < text.index(words) < text.index("Output:")


def test_a_new_row_is_a_control_of_the_sidebar_in_its_group():
    each = rows_of(Noisy)["weight_noise"]
    assert (each.title, each.group) == ("Noise on the weights", TRAINING)
    assert each.name not in sidebar.VISIBLE[TRAINING], "so it is drawn behind More, by the kind of its control"
    assert each.name not in sidebar.SPECIAL
    assert isinstance(each.control, Slider | Number | Ladder | Menu)


@pytest.mark.parametrize("name", FIELDS)
def test_a_row_says_everything(name):
    each = FIELDS[name]
    assert each.label
    assert each.help
    assert each.group in GROUPS
    assert each.check(each.default) == each.default
    assert isinstance(each.control, Slider | Number | Ladder | Menu | Special | Elsewhere)
    if isinstance(each.control, Special):
        assert name in sidebar.SPECIAL


def test_the_visible_fields_belong_to_their_group():
    for group, names in sidebar.VISIBLE.items():
        assert {FIELDS[name].group for name in names} == {group}


# Problems are records; their words are made from them


def test_an_error_carries_its_problem():
    with pytest.raises(ConfigError) as caught:
        Config(seed=-1)
    assert caught.value.problem == Problem("seed", "bounds", -1, {"low": 0, "high": 2**32 - 1})
    assert str(caught.value) == "seed must be from 0 to 4294967295, got -1"


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_one_sentence(rule):
    names = [
        "low",
        "high",
        "most",
        "dataset",
        "choices",
        "loss",
        "layers",
        "n",
        "n_params",
        "n_columns",
        "n_classes",
        "sizes",
        "needs",
    ]
    text = str(Problem("seed", rule, "{x}", dict.fromkeys(names, "7"), outcome="default"))
    assert text.startswith("seed must ")
    assert text.endswith("; the default is used")
    assert "{" not in text.replace("{x}", "")
