"""The worksheet as a browser prints it: a sheet and its key on a page each, and nothing runs off a phone."""

import re

import pytest

import ffbp
from ffbp.export.worksheet import PAPERS, worksheet
from ffbp.lessons.presets import PRESETS
from ffbp.lessons.sheet import KINDS, sheet_of

PAGE = re.compile(rb"/Type /Page\b")


@pytest.fixture(scope="module")
def sheets():
    run = ffbp.train(PRESETS["two_two_one"].config)
    sample = run.dataset.X_train[:1], run.dataset.y_train[:1]
    return [sheet_of(run.network(0), *sample, rate=0.5, kinds=KINDS, variant=v) for v in (0, 3)]


def test_a_sheet_and_a_key_fill_one_page_each_on_both_papers(page, sheets, tmp_path):
    link = "https://ffbp.example/forward_pass?" + "&".join(
        f"{k}={v}" for k, v in PRESETS["two_two_one"].config.to_params().items()
    )
    for paper in PAPERS:
        path = tmp_path / f"{paper}.html"
        path.write_text(worksheet(sheets, paper=paper, name="Two points", link=link), encoding="utf-8")
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.get_by_role("img").count() == len(sheets)
        printed = page.pdf(prefer_css_page_size=True)
        assert len(PAGE.findall(printed)) == 2 * len(sheets), paper
