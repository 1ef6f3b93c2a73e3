"""The worksheet as a browser prints it: a sheet fills a page, what is short shares one, and nothing runs off a phone."""

import re
from functools import cache

import pytest

import ffbp
from ffbp.export.questions import questions
from ffbp.export.questions_on_paper import questions_on_paper
from ffbp.export.worksheet import PAPERS, worksheet
from ffbp.lessons.ladder import LADDER
from ffbp.lessons.presets import PRESETS
from ffbp.lessons.sheet import KINDS, sheet_of
from ffbp.lessons.sheet_of_step import sheet_of_step

PAGE = re.compile(rb"/Type /Page\b")


@pytest.fixture(scope="module")
def sheets():
    run = ffbp.train(PRESETS["two_two_one"].config)
    sample = run.dataset.X_train[:1], run.dataset.y_train[:1]
    return [sheet_of(run.network(0), *sample, rate=0.5, kinds=KINDS, variant=v) for v in (0, 3, 4)]


def test_a_sheet_fills_one_page_on_both_papers_and_keys_follow_each_other(page, sheets, tmp_path):
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
        assert len(PAGE.findall(printed)) == len(sheets) + 2, paper


def test_a_lessons_questions_share_pages_with_formulas_once(page, tmp_path):
    trained = cache(ffbp.train)
    sheets = [sheet_of_step("chain", number, trained) for number in (2, 4, 6, 7)]
    for paper in PAPERS:
        path = tmp_path / f"{paper}.html"
        path.write_text(worksheet(sheets, paper=paper, name="Chain"), encoding="utf-8")
        page.goto(path.as_uri())
        assert page.locator(".box, .values").count() == 2, "formulas and one table"
        assert len(PAGE.findall(page.pdf(prefer_css_page_size=True))) == 2 + 1 + 1, "questions, formulas, keys"


def test_a_variants_nine_questions_fit_on_two_pages(page, tmp_path):
    path = tmp_path / "questions.html"
    path.write_text(questions_on_paper(questions(LADDER, 2)), encoding="utf-8")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for paper in PAPERS:
        assert len(PAGE.findall(page.pdf(format=paper))) == 2 * 2 + 1, paper
