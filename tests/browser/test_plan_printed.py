"""The plan of an hour as a browser prints it: nothing runs off the paper or a phone, and a table that goes on keeps its head."""

import re
from dataclasses import replace

from ffbp.export.plan import plan
from ffbp.export.worksheet import PAPERS
from ffbp.lessons import offered

PAGE = re.compile(rb"/Type /Page\b")
LINK = re.compile(rb"/URI \(https://ffbp\.example")


def test_a_plan_is_one_page_with_links_and_a_long_one_goes_on(page, tmp_path):
    hour = replace(offered.example(), begins="10:15")
    path = tmp_path / "plan.html"
    for paper in PAPERS:
        for shown, n_pages in ((hour, 1), (replace(hour, steps=hour.steps * 4), 3)):
            text = plan(shown, paper=paper, address_of=lambda step: f"https://ffbp.example/{step.link}")
            path.write_text(text, encoding="utf-8")
            page.set_viewport_size({"width": 390, "height": 800})
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            printed = page.pdf(prefer_css_page_size=True)
            assert len(PAGE.findall(printed)) <= n_pages, paper
            assert len(LINK.findall(printed)) >= len(shown.steps)
