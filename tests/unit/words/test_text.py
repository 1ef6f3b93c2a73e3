"""Texts that are put together from names."""

import pytest

from ffbp.words.text import article


@pytest.mark.parametrize(
    ("name", "said"),
    [("7", "a"), ("8", "an"), ("18", "an"), ("11", "an"), ("81", "an"), ("1", "a"), ("110", "a"), ("owl", "an"), ("cat", "a")],
)  # fmt: skip
def test_a_name_gets_the_article_that_is_heard(name, said):
    assert article(name) == said
