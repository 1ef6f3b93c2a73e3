"""The front door: an address without parameters opens it, anything else does not, and one change closes it."""

import pytest
from apptest import ROOT, opened, playground

import ffbp
from ffbp.lessons.front import OPENED

APP = ROOT / "app.py"


def is_front(app):
    assert not app.exception, app.exception
    return any(c.proto.component_name.endswith("ffbp_front") for c in app.get("bidi_component"))


def has_notices(app):
    return any(c.proto.component_name.endswith("ffbp_notices") for c in app.get("bidi_component"))


def test_an_address_without_parameters_opens_its_experiment_at_the_first_frame_on_every_page(path):
    if path.stem == "digits":  # has an experiment of its own
        return
    app = opened(path)
    assert is_front(app) == (path == APP)
    assert not app.warning
    assert app.session_state["config"] == OPENED.config
    assert app.session_state["view"] == OPENED.view
    assert app.query_params == {}
    app.run()
    assert app.query_params == {}
    assert is_front(app) == (path == APP)


@pytest.mark.parametrize("params", [{"dataset": "moons"}, {"lr": "1", "frame": "0"}, {"frame": "3"}, {"unheard": "1"}])
def test_a_link_with_parameters_shows_none_of_it(params):
    app = opened(APP, **params)
    assert not is_front(app)
    assert has_notices(app)


def test_parameters_of_embedding_are_none():
    app = opened(APP, embed="true", utm_source="mail")
    assert is_front(app)
    assert app.session_state["config"] == OPENED.config
    assert set(app.query_params) == {"embed", "utm_source"}


def test_it_replaces_the_notices_and_one_change_brings_them():
    app = opened(APP)
    assert not has_notices(app)
    app.sidebar.slider(key="playground:noise").set_value(0.3)
    app.run()
    assert not is_front(app)
    assert has_notices(app)
    assert app.session_state["config"].noise == 0.3
    app.sidebar.slider(key="playground:noise").set_value(0.2)
    app.run()
    assert not is_front(app)
    assert app.session_state["config"] == OPENED.config
    assert app.query_params  # from here on the address names what is shown


def test_the_reference_experiment_names_itself():
    app = opened(APP)
    app.sidebar.button(key="playground:reset").click()
    app.run()
    assert app.session_state["config"] == ffbp.Config()
    assert dict(app.query_params) == {"dataset": "moons"}
    assert playground(dataset="moons").session_state["config"] == ffbp.Config()


def test_links_to_other_pages_carry_its_experiment():
    app = opened(APP)
    queries = {element.proto.page: element.proto.query_string for element in app.get("page_link")}
    carrying = {page for page, query in queries.items() if "lr=1" in query and "frame=0" in query}
    assert carrying == queries.keys() - {"digits"}  # which has an experiment of its own
