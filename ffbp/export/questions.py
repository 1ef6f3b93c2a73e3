"""Questions for learning platforms: items of practice as Moodle XML, as GIFT and as a table.

Each known mistake is an answer that earns nothing, with its sentence as feedback. Answers and tolerances are those of the items,
and `ffbp.lessons.ladder` draws only items whose answers and mistakes are farther apart than their tolerances. The XML follows
Moodle's "Moodle XML format", question type numerical; GIFT writes weights as in its "=%50%answer:tolerance#feedback".
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from ffbp.figures import notation
from ffbp.lessons.item import Item, short
from ffbp.lessons.ladder import MAX_ITEM, draw
from ffbp.words.of_a_slip import SLIPS
from ffbp.words.of_an_item import RUNGS

MAX_VARIANTS = 200
DIGITS = 8  # decimals of answers and tolerances
CATEGORY = "$course$/top/ffbp"
PENALTY = "0.3333333"  # Moodle's usual share that a wrong try costs
HEADER = ("kind", "variant", "question", "given", "decimals", "answer", "tolerance", "mistakes")
SPECIAL = "\\~=#{}:"  # of GIFT


class Question(NamedTuple):
    """An item of a rung: the variant's number is the item's on the ladder."""

    rung: str
    variant: int
    item: Item

    @property
    def name(self) -> str:
        return f"{RUNGS[self.rung]}, {self.variant}"


def questions(rungs: Iterable[str], n_variants: int, first: int = 1) -> list[Question]:
    """So many variants of each rung (keys of RUNGS), by number from ``first`` on. Raises ValueError for others."""
    rungs = list(dict.fromkeys(rungs))
    for rung in rungs:
        if rung not in RUNGS:
            raise ValueError(f"unknown kind of question {rung!r}; choose from {', '.join(RUNGS)}")
    if not 1 <= n_variants <= MAX_VARIANTS:
        raise ValueError(f"variants must be from 1 to {MAX_VARIANTS}, got {n_variants}")
    if not 1 <= first <= MAX_ITEM - MAX_VARIANTS:
        raise ValueError(f"the first variant must be from 1 to {MAX_ITEM - MAX_VARIANTS}, got {first}")
    return [Question(rung, i, draw(rung, i).item) for rung in rungs for i in range(first, first + n_variants)]


def moodle_xml(chosen: Sequence[Question]) -> str:
    """The questions as Moodle XML, a category for each kind."""
    root, last = ElementTree.Element("quiz"), None
    for each in chosen:
        if each.rung != last:
            category = ElementTree.SubElement(root, "question", type="category")
            _text(ElementTree.SubElement(category, "category"), f"{CATEGORY}/{RUNGS[each.rung]}")
            last = each.rung
        _numerical(root, each)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _numerical(root, question):
    item = question.item
    place = ElementTree.SubElement(root, "question", type="numerical")
    _text(ElementTree.SubElement(place, "name"), question.name)
    _text(ElementTree.SubElement(place, "questiontext", format="html"), _question_html(item))
    _text(ElementTree.SubElement(place, "generalfeedback", format="html"), _solution_html(item))
    for name, value in (("defaultgrade", "1"), ("penalty", PENALTY), ("hidden", "0")):
        ElementTree.SubElement(place, name).text = value
    ElementTree.SubElement(place, "idnumber").text = f"ffbp-{question.rung}-{question.variant}"
    for value, tolerance, share, words in answers(item):
        answer = ElementTree.SubElement(place, "answer", fraction=str(share), format="moodle_auto_format")
        _text(answer, value)
        _text(
            ElementTree.SubElement(answer, "feedback", format="html"),
            f"<p>{notation.sentence_html(words)}</p>" if words else "",
        )
        ElementTree.SubElement(answer, "tolerance").text = tolerance
    for name, value in (("unitgradingtype", "0"), ("unitpenalty", "0.1"), ("showunits", "3"), ("unitsleft", "0")):
        ElementTree.SubElement(place, name).text = value  # answers without units
    for text in item.hints:
        _text(ElementTree.SubElement(place, "hint", format="html"), f"<p>{_hint_html(item, text)}</p>")


def _text(place, text):
    ElementTree.SubElement(place, "text").text = text


def answers(item: Item) -> list[tuple[str, str, int, str]]:
    """The right answer and the known mistakes: value, tolerance, percent of the grade, feedback."""
    found = [(item.value, 100, "")] + [(slip, 0, SLIPS[key]) for key, slip in item.slips.items()]
    return [(short(v, DIGITS), short(item.tolerance(v), DIGITS), share, words) for v, share, words in found]


def _question_html(item):
    asks = f"{notation.sentence_html(item.asks)} Round to {item.decimals} decimals."
    return f"<p>{asks}</p><p>{', '.join(map(notation.as_html, item.given))}</p>"


def _solution_html(item):
    return f"<p>{'<br>'.join(map(notation.as_html, item.steps))}</p>"


def _hint_html(item, text):
    return notation.as_html(text) if text is item.hints[-1] else notation.sentence_html(text)


def gift(chosen: Sequence[Question]) -> str:
    """The questions as GIFT: one after another, a blank line between two, a category for each kind."""
    parts, last = [], None
    for each in chosen:
        if each.rung != last:
            parts.append(f"$CATEGORY: {CATEGORY}/{RUNGS[each.rung]}")
            last = each.rung
        found = [
            f"={'' if share == 100 else f'%{share}%'}{value}:{tolerance}" + (f"#{_escaped(words)}" if words else "")
            for value, tolerance, share, words in answers(each.item)
        ]
        general = f"####{_escaped(_solution_html(each.item))}"
        text = _escaped(_question_html(each.item))
        parts.append("\n".join([f"::{_escaped(each.name)}::[html]{text}{{#", *found, general, "}"]))
    return "\n\n".join(parts) + "\n"


def _escaped(text):
    return "".join(f"\\{sign}" if sign in SPECIAL else sign for sign in text)


def questions_csv(chosen: Sequence[Question]) -> str:
    """The questions as a table, a row a question; each mistake is its value and its sentence."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(HEADER)
    for rung, variant, item in chosen:
        (value, tolerance, _, _), *mistakes = answers(item)
        wrong = " | ".join(f"{each}: {words}" for each, _, _, words in mistakes)
        write((rung, variant, item.asks, ", ".join(item.given), item.decimals, value, tolerance, wrong))
    return text.getvalue()
