"""English: a notice (a key and its numbers) becomes a sentence.

To add a sentence, write a function named after the key in the file for its subject, and list it in SENTENCES there.
"""

from collections.abc import Callable

from ffbp.words import (
    of_a_comparison,
    of_a_fault,
    of_a_record,
    of_a_run,
    of_a_start,
    of_a_table,
    of_an_experiment,
    of_checks,
    of_curvature,
)
from ffbp.words.notice import Notice
from ffbp.words.numbers import format_number, format_percent

FILES = (
    of_a_run,
    of_a_record,
    of_an_experiment,
    of_a_table,
    of_a_comparison,
    of_checks,
    of_a_start,
    of_curvature,
    of_a_fault,
)
SENTENCES = {key: function for file in FILES for key, function in file.SENTENCES.items()}


def sentence(notice: Notice, number: Callable = format_number, percent: Callable = format_percent) -> str:
    """A notice in English; ``number`` formats a number, ``percent`` a share."""
    return SENTENCES[notice.key](notice.numbers, number, percent)
