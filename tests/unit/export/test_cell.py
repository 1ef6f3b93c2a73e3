"""In a notebook's cell, a run is its player and a sweep its table."""

import html
import re

import ffbp


def test_a_run_is_its_player_in_a_frame():
    run = ffbp.train(ffbp.Config(n_samples=40, epochs=5))
    text = run._repr_html_()
    frame = re.fullmatch(r'<iframe title="([^"]*)" srcdoc="([^"]*)" style="[^"]*"></iframe>', text)
    page = html.unescape(frame[2])
    assert page == ffbp.export.forms.FORMS["html"].files["handout.html"](run)
    assert page.lower().startswith("<!doctype html>")
    assert "default-src 'none'" in page
    assert "Moons" in frame[1]


def test_a_branch_is_shown_too():
    run = ffbp.train(ffbp.Config(n_samples=40, epochs=5))
    assert "<iframe" in ffbp.branch(run, frame=2, learning_rate=0.5)._repr_html_()


def test_a_sweep_is_its_table():
    sweep = ffbp.sweep(ffbp.Config(n_samples=40, epochs=5), field="l2", values=(0.0, 0.1), seeds=(1,), n_jobs=1)
    assert sweep._repr_html_().count("<tr") == 3
