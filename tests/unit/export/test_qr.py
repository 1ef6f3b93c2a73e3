"""A QR code: the picture holds every square of the code, up to the standard's limit."""

import re
from xml.etree import ElementTree

import pytest

from ffbp.export.qr import BORDER, MAX_BYTES, as_svg, n_squares, qr_code

LINK = "http://localhost:8501/compare?free=lr&say=Which+rate%3F&ask=z.1.2~end_loss"


@pytest.mark.parametrize("length", [30, 300, MAX_BYTES])
def test_a_link_up_to_the_limit_has_a_code_and_a_longer_one_none(length):
    link = LINK.ljust(length, "x")
    assert n_squares(qr_code(link)) <= 177
    assert qr_code("x" * (MAX_BYTES + 1)) is None


def test_the_picture_has_all_squares_and_a_white_border_and_no_size_of_its_own():
    code = qr_code(LINK)
    root = ElementTree.fromstring(as_svg(code))
    side = n_squares(code) + 2 * BORDER
    assert root.get("viewBox") == f"0 0 {side} {side}"
    assert root.get("width") is None
    ground, dark = root.iter("{http://www.w3.org/2000/svg}path")
    assert (ground.get("fill"), dark.get("stroke")) == ("#fff", "#000")
    drawn = sum(int(run) for run in re.findall(r"h(\d+)", dark.get("d")))
    assert drawn == sum(map(sum, code.matrix))
