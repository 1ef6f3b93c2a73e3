"""The plan of an hour: every step with its time, its link and what to say, and nothing typed becomes markup."""

import re

import pytest

from ffbp.export.plan import MAX_SHOWN, plan
from ffbp.lessons.hour import Hour, Step

STEPS = (Step("Moons", "?lr=1", 10, "Ask first.\nThen play."), Step("Deltas", "backpropagation?lr=1", 20))
EVIL = "<script>alert(1)</script>"


def test_each_step_has_a_row_with_time_minutes_link_and_notes():
    text = plan(Hour("Networks", "10:15", STEPS), address_of=lambda step: f"https://ffbp.example/{step.link}")
    rows = re.findall(r"<tr><td.*?</tr>", text, re.S)
    assert len(rows) == 2
    assert all(part in rows[0] for part in ("10:15–10:25", ">10<", "Moons", "Ask first.\nThen play."))
    assert 'href="https://ffbp.example/backpropagation?lr=1"' in rows[1]
    assert "30 minutes, 10:15 to 10:45" in text
    assert "size: A4" in text
    assert "Open this hour" not in text
    assert '<a href="https://ffbp.example/?a=1&amp;order=x"' in plan(
        Hour(steps=STEPS), link="https://ffbp.example/?a=1&order=x"
    )
    assert "0–10" in plan(Hour(steps=STEPS))


def test_a_long_link_is_cut_on_paper_and_whole_behind_it():
    address = f"https://ffbp.example/?theta={'1_' * 200}"
    text = plan(Hour(steps=STEPS[:1]), paper="Letter", address_of=lambda step: address)
    assert f'href="{address}"' in text
    assert max(map(len, re.findall(r">([^<>]*)</a>", text))) == MAX_SHOWN
    assert "size: letter" in text


def test_nothing_typed_becomes_markup():
    text = plan(Hour(EVIL, "", (Step(EVIL, f"?lr={EVIL}\"'", 5, f"{EVIL} {{{{style}}}}"),)))
    assert "<script" not in text
    assert "{{style}}" in text, "a place of the template in notes stays text"
    assert "default-src 'none'" in text


def test_an_unknown_paper_is_refused():
    with pytest.raises(ValueError, match="paper must be one of A4, Letter"):
        plan(Hour(steps=STEPS), paper="A5")
