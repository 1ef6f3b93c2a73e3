"""A step of a running order opens what its link says, and the run of the next one is in the cache before it is opened."""

import time

import pytest
import streamlit as st
import waiting
from apptest import ROOT, blob_of, playground, run_page

from ffbp.experiment.config import Config
from ffbp.figures.blob import header_of
from ffbp.ui import runs
from ffbp.ui.order import NEXT, OPENING


def told(app, kept, link):
    """The browser reports a link of the order."""
    app.session_state[f"kept:{kept}"] = link
    return app.run()


def test_a_step_on_the_same_page_is_opened_with_its_view():
    app = told(playground(epochs="5"), OPENING, "?dataset=circles&epochs=6&frame=2&panel=loss&present=1")
    assert not app.exception
    assert dict(app.query_params) == {
        "dataset": "circles",
        "epochs": "6",
        "frame": "2",
        "panel": "loss",
        "present": "1",
    }
    assert header_of(blob_of(app))["n_epochs"] == 6
    app.run()
    assert app.query_params["dataset"] == "circles", "it is opened once"


def test_a_step_on_another_page_goes_there_and_stays_wanted_until_it_is_open(monkeypatch):
    opened = []
    monkeypatch.setattr(st, "switch_page", lambda path, query_params: opened.append((path, query_params)))
    app = told(playground(epochs="5"), OPENING, "backpropagation?epochs=6&unit=2")
    assert opened == [("pages/backpropagation.py", {"epochs": "6", "unit": "2"})]
    assert not app.exception


@pytest.mark.parametrize("link", ["nowhere?epochs=6", 5, "", "?unknown=1", "?dataset=nothing&present=7"])
def test_a_link_that_means_nothing_does_no_harm(link):
    app = told(playground(epochs="5"), OPENING, link)
    assert not app.exception
    app = told(app, NEXT, link)
    assert not app.exception
    assert all("unknown" in each.value or "present" in each.value for each in app.warning)


@pytest.mark.parametrize("page", ["app.py", "pages/forward_pass.py"])
def test_the_next_run_is_trained_before_it_is_opened(page):
    config = Config(dataset="circles", epochs=7 + len(page))  # two columns, so the plane is that of both
    app = run_page(ROOT / page, epochs="5")
    key = (config, (0, 1))
    assert runs.cache().get(key) is None
    told(app, NEXT, f"?dataset=circles&epochs={config.epochs}&frame=2&present=1")
    until = time.monotonic() + waiting.SECONDS
    while (shown := runs.cache().get(key)) is None or shown.first.cache_info().currsize == 0:
        assert time.monotonic() < until
        time.sleep(0.01)
    app = told(
        app, OPENING, f"{'' if page == 'app.py' else 'forward_pass'}?dataset=circles&epochs={config.epochs}&frame=2"
    )
    assert runs.cache().get(key) is shown
    assert header_of(blob_of(app))["n_epochs"] == config.epochs
