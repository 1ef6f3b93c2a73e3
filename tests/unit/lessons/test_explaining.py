"""What a run has shown leads to the lesson that explains it."""

import pytest

from ffbp.experiment.fields import FIELDS
from ffbp.lessons import explaining
from ffbp.lessons.course import course
from ffbp.words.of_a_run import SENTENCES

WITHOUT = {"thinned", "few_frames", "stable", "chaotic", "outcome"}  # about the tool, not about learning


def test_every_notice_has_its_lesson_or_needs_none():
    assert set(explaining.NOTICES) | {"effect"} | WITHOUT == set(SENTENCES)
    assert set(explaining.NOTICES.values()) <= set(course())


def test_the_effect_of_a_change_is_explained_by_the_field():
    assert set(explaining.FIELDS) <= set(FIELDS)
    assert set(explaining.FIELDS.values()) <= set(course())


@pytest.mark.parametrize(
    ("key", "changed", "lesson"),
    [("overfitting", (), "overfitting"), ("effect", ("seed", "learning_rate"), "rate"), ("effect", ("seed",), None)],
)
def test_one_lesson_is_named(key, changed, lesson):
    assert explaining.lesson_for(key, changed) == lesson
