"""In a notebook's cell, a run is its player and a sweep its table."""

import html
import re

import pytest

import ffbp


def test_a_run_is_its_player_in_a_frame():
    run = ffbp.train(ffbp.Config(n_samples=40, epochs=5))
    text = run._repr_html_()
    frame = re.fullmatch(r'<iframe title="([^"]*)" srcdoc="([^"]*)" style="[^"]*" loading="lazy"></iframe>', text)
    page = html.unescape(frame[2])
    assert page == ffbp.export.forms.FORMS["html"].files["handout.html"](run)
    assert page.lower().startswith("<!doctype html>")
    assert "default-src 'none'" in page
    assert "Moons" in frame[1]


def test_a_branch_is_shown_too():
    run = ffbp.train(ffbp.Config(n_samples=40, epochs=5))
    assert "<iframe" in ffbp.branch(run, frame=2, learning_rate=0.5)._repr_html_()


def test_a_pair_is_both_runs_on_one_timeline():
    a = ffbp.train(ffbp.Config(n_samples=40, epochs=5))
    b = ffbp.branch(a, frame=2, learning_rate=0.5)
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', ffbp.Pair(a, b)._repr_html_())[1])
    planes = ffbp.export.forms.usual_plane(a), ffbp.export.forms.usual_plane(b)
    assert page == ffbp.export.handout.handout_of_two(a, b, planes)
    with pytest.raises(ValueError, match="b must be a Run, got None"):
        ffbp.Pair(a, None)


def test_a_sweep_is_its_table():
    sweep = ffbp.sweep(ffbp.Config(n_samples=40, epochs=5), field="l2", values=(0.0, 0.1), seeds=(1,), n_jobs=1)
    assert sweep._repr_html_().count("<tr") == 3
