"""No link breaks the app: random and mutated query strings. 10,000 of them with ``--full``."""

import json
import random
import time
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
import written_links
from links import KEYS, random_links
from test_config import random_config

import ffbp
from ffbp.data.generators import DATASETS
from ffbp.experiment import link
from ffbp.experiment.config import FOREIGN_PARAMS, Config
from ffbp.experiment.experiment import MAX_WORK, Experiment
from ffbp.experiment.fields import DEFAULTS, FIELDS, MAX_COLUMNS, MAX_LAYERS, MAX_UNITS, Ladder
from ffbp.experiment.fields import KEYS as FIELD_KEYS
from ffbp.experiment.link import QUANTITIES, View
from ffbp.figures.charts import gradient_plot
from ffbp.training.run import max_frames


def test_the_view_reaches_every_moment_unit_and_column_that_a_run_can_have():
    deepest = Config(hidden=(MAX_UNITS,) * MAX_LAYERS, epochs=1)
    assert link.VIEW["layer"] == (1, len(Experiment(deepest).resolved.sizes) - 1)
    assert link.VIEW["unit"] == (1, max(Experiment(deepest).resolved.sizes))
    longest = max(max_frames(n_params, 0) for n_params in (1, 41, 1000))
    assert link.VIEW["frame"] == (0, longest - 1)
    assert link.VIEW["across"] == link.VIEW["up"] == (0, MAX_COLUMNS - 1)
    assert max(source.n_rows or 0 for source in DATASETS.values()) <= link.VIEW["sample"][1] + 1


@pytest.mark.parametrize("name", [name for name, each in FIELDS.items() if isinstance(each.control, Ladder)])
def test_every_rung_of_a_ladder_is_a_value_that_can_be_chosen(name):
    for value in FIELDS[name].control.rungs:
        Config(**{"patience": None, name: value, **({} if name == "epochs" else {"epochs": 1})})


@pytest.fixture(scope="module")
def links(full):
    rng = random.Random(5)
    configs = [random_config(rng) for _ in range(300 if full else 60)]
    return random_links(10_000 if full else 700, configs)


def parameters(link):
    """A query string as Streamlit reads it: the last of duplicates counts."""
    return {key: values[-1] for key, values in parse_qs(link, keep_blank_values=True).items()}


def own(params):
    return link.without_view(params)


def test_the_links_reach_every_parameter_and_most_have_faults(links):
    assert {key for each in links for key in parameters(each)} >= set(KEYS)
    faulty = sum(bool(Config.from_params(own(parameters(each)))[1]) for each in links)
    assert len(links) / 3 < faulty < len(links)


def test_each_gives_a_valid_bounded_configuration_and_at_most_warnings(links):
    slowest = 0.0
    for each in links:
        params = own(parameters(each))
        start = time.process_time()
        config, warnings = Config.from_params(params)
        slowest = max(slowest, time.process_time() - start)
        assert all(len(str(problem)) < 500 for problem in warnings), each[:200]
        assert Config.from_params(config.to_params()) == (config, []), each[:200]
        assert config.file_name or config.epochs == 1 or Experiment(config).work <= MAX_WORK, each[:200]
    print(f"slowest of {len(links)}: {slowest * 1e3:.0f} ms")
    assert slowest < 2


def test_what_is_not_taken_is_named_in_a_warning(links):
    for each in links:
        params = own(parameters(each))
        config, warnings = Config.from_params(params)
        for key, text in params.items():
            name = FIELD_KEYS.get(key, key)
            if name not in DEFAULTS:
                if not key.startswith(FOREIGN_PARAMS):
                    assert any(problem.rule == "parameter" for problem in warnings), (key, warnings)
            elif getattr(config, name) == DEFAULTS[name] and text not in _default_texts(name):
                assert any(problem.field == name for problem in warnings) or _means_default(name, text), (
                    key,
                    text,
                    warnings,
                )


def _default_texts(name):
    """Simple texts that mean the default."""
    return {str(DEFAULTS[name]), "true", "1", "yes"} if DEFAULTS[name] is True else {str(DEFAULTS[name])}


def _means_default(name, text):
    """Whether the text alone is read as the default without a warning, or epochs were reduced to it."""
    config, warnings = Config.from_params({name: text})
    return not warnings and getattr(config, name) == DEFAULTS[name]


def test_the_views_parameters_are_bounded_or_warned_about(links):
    for each in links:
        params = parameters(each)
        view, warnings = View.from_params(params)
        again = view.to_params()
        for key in (*link.VIEW, link.INPUTS, link.PANEL):
            assert (key in again) + any(problem.field == key for problem in warnings) == (key in params), each
        for key, (low, high) in link.VIEW.items():
            assert low <= int(again.get(key, low)) <= high
        assert len(view.inputs or ()) <= link.MAX_INPUTS
        assert View.from_params(again) == (view, []), "what was taken comes back from the address that is written"
        assert parameters(urlencode(again)) == again


def test_a_row_and_typed_inputs_of_the_view_replace_each_other():
    typed = View(sample=3, layer=2).with_inputs([0.5, 2])
    assert typed.to_params() == {"layer": "2", "x": "0.5_2"}
    assert typed.with_row(7) == View(sample=7, layer=2)
    assert View(sample=3, across=1, up=2, pca=1, frame=4).without_data() == View(frame=4)


def test_the_quantity_of_the_gradients_chart_is_one_that_the_chart_has():
    views = gradient_plot(ffbp.train(Config(epochs=2)))["layout"]["meta"]["views"]
    assert tuple(view["key"] for view in views) == QUANTITIES
    for key in QUANTITIES:
        assert View.from_params({"gradients": key}) == (View(gradients=key), [])
        assert View(gradients=key).to_params() == {"gradients": key}
    view, (problem,) = View.from_params({"gradients": "stabilty"})
    assert view == View()
    assert "unknown gradients 'stabilty'; choose from dW, now" in str(problem)


def test_a_panel_in_full_size_is_one_of_the_players_or_warned_about():
    for name in link.PANELS:
        assert View.from_params({"panel": name}) == (View(panel=name), [])
        assert View(panel=name).to_params() == {"panel": name}
    assert View.from_params({"panel": "network-loss"}) == (View(panel="network-loss"), [])
    for wrong in ("network-network", "network-loss-boundary", "network-", "loss-losses"):
        assert View.from_params({"panel": wrong})[0] == View()
    view, (problem,) = View.from_params({"panel": "losses"})
    assert view == View()
    assert "unknown panel 'losses'; choose from network, boundary, loss, gradients" in str(problem)
    assert View(panel="loss").showing(None).to_params() == {}


def test_presenting_is_part_of_the_view():
    view = View().showing("network-boundary", present=True)
    assert view.to_params() == {"panel": "network-boundary", "present": "1"}
    assert View.from_params(view.to_params()) == (view, [])
    assert view.showing("loss").to_params() == {"panel": "loss"}
    view, (problem,) = View.from_params({"present": "yes"})
    assert (view, str(problem)) == (View(), "present must be from 0 to 1, got 'yes'; the default is used")


def test_another_layer_begins_with_its_first_unit():
    assert View(layer=1, unit=5).with_layer(2) == View(layer=2)
    assert View(layer=1, unit=5).with_unit(2, 3) == View(layer=2, unit=3)


def test_the_frame_that_is_looked_at_is_the_last_unless_one_was_chosen():
    assert [View(frame=frame).frame_of(10) for frame in (None, 0, 4, 9, 30)] == [9, 0, 4, 9, 9]


@pytest.mark.parametrize(
    "written", json.loads(written_links.PATH.read_text("utf-8")), ids=lambda each: each["link"][:60]
)
def test_a_link_of_an_earlier_version_means_what_it_meant(written):
    params = dict(parse_qsl(written["link"].removeprefix("?"), keep_blank_values=True))
    config, warnings = Config.from_params({k: v for k, v in params.items() if k not in link.VIEW})
    assert not warnings
    assert json.loads(json.dumps(config.to_dict())) == json.loads(json.dumps(DEFAULTS)) | written["config"]
    assert {name: params[name] for name in params if name in link.VIEW} == written["view"]
